// SPDX-License-Identifier: ISC
// What a node tells everyone of the others whose catalogues it holds.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { waitFor } from "./lib/wait.mjs";

const settings = {
	"replication.exchange_seconds": "1",
	"replication.push_seconds": "0",
};
let here, there, refused;

before(async () => {
	[here, there, refused] = await Promise.all([
		Node.start("ici.localhost", { settings }),
		Node.start("ailleurs.localhost", { settings }),
		Node.start("refuse.localhost", { settings }),
	]);
	await there.profile("paul");
	await there.ctl(
		...["project", "create", "serres", "--holder", "paul"],
		...["--name", "Serres", "--discoverable", "yes"],
		...["--commune", "Dourdan"],
	);
	await here.ctl("peer", "admit", there.domain);
	await here.ctl("peer", "refuse", refused.domain);
});

after(() => stopAll(here, there, refused));

async function page(query = "") {
	const answer = await request(`${here.base}/network${query}`, {
		headers: { accept: "text/html" },
	});
	assert.equal(answer.status, 200, answer.body);
	return answer.body.toString();
}

const rowOf = (html, node) =>
	html.split("<tr ").find((row) => row.includes(`>${node.domain}</a>`));

describe("the page of the network", () => {
	test("tells how far an admitted node is read, with a dot on the map", async () => {
		const log = await waitFor(
			"its catalogue to be read",
			async () => {
				const shown = await here.ctl("peer", "show", there.domain);
				return shown.entries > 0 && shown;
			},
			{ seconds: 120 },
		);
		const html = await page();
		const row = rowOf(html, there);
		assert.match(row, /va bien/);
		assert.ok(row.includes(`class="number">${log.entries}</td>`), row);
		assert.ok(row.includes(`class="number">${log.seq}</td>`), row);
		assert.ok(html.includes(`<title>${there.domain}</title>`), html);
	});

	test("names this node, and not who was refused", async () => {
		const html = await page();
		assert.match(rowOf(html, here), /ce nœud/);
		assert.equal(rowOf(html, refused), undefined);
	});

	test("goes on after a node, whatever is given as one", async () => {
		assert.equal(rowOf(await page("?after=zzz"), there), undefined);
		assert.ok(rowOf(await page("?after=a"), there));
		assert.ok(!(await page("?after=%3Cscript%3Ealert")).includes("<script>a"));
	});
});

describe("parvisctl network", () => {
	test("tells the same, with places, lag and health", async () => {
		const view = await here.ctl("network");
		assert.equal(view.admitted, 1);
		assert.deepEqual(
			view.items.map((item) => [item.domain, item.health]),
			[
				[here.domain, "this node"],
				[there.domain, "well"],
			],
		);
		const [, node] = view.items;
		assert.ok(node.entries >= 1);
		assert.ok(node.lag_seconds >= 0 && node.lag_seconds < 3600);
		assert.ok(Math.abs(node.latitude - 48.53) < 0.2, node.latitude);
	});

	test("draws a map with the node on it, above the table", async () => {
		const text = await here.text("network");
		const [map, ...rest] = text.split("\n\n");
		assert.match(map, /[\u2801-\u28ff]{5}/);
		assert.match(map, /1/);
		assert.match(rest.join(), /1 admitted/);
		assert.ok(rest.join().includes(there.domain));
		assert.ok(!text.includes(refused.domain));
	});
});
