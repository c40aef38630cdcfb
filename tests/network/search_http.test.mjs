// SPDX-License-Identifier: ISC
// Searching: as a program asks, over the catalogues of two nodes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AS2, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { waitFor } from "./lib/wait.mjs";

const settings = {
	"replication.exchange_seconds": "1",
	"replication.push_seconds": "0",
};
const MANY = 25; // more than a page holds

let here, there;

async function create(node, holder, name, ...options) {
	await node.ctl(
		...["project", "create", name, "--holder", holder, "--name", name],
		...["--discoverable", "yes", ...options],
	);
}

before(async () => {
	[here, there] = await Promise.all([
		Node.start("ici.localhost", { settings, commune: "Nantes" }),
		Node.start("ailleurs.localhost", { settings }),
	]);
	await here.profile("lea");
	await there.profile("paul");
	await create(here, "lea", "serres", "--commune", "Nantes", "--theme", "jardinage");
	await create(there, "paul", "epicerie-solidaire", "--commune", "Dourdan");
	await create(there, "paul", "jardinage-partage", "--commune", "Dourdan", "--stage", "running");
	for (let i = 0; i < MANY; i++)
		await create(there, "paul", `poterie-${i}`, "--commune", "Chartres");
	await here.ctl("peer", "admit", there.domain);
	await waitFor(
		"all that was made to be found",
		async () => (await search("")).totalItems >= MANY + 3,
		{ seconds: 120 },
	);
});

after(() => stopAll(here, there));

const ask = (query, accept = AS2) =>
	request(`${here.base}/search${query}`, { headers: { accept } });

async function search(query) {
	const answer = await ask(query);
	assert.equal(answer.status, 200, answer.body);
	return answer.json();
}

const names = (page) => page.orderedItems.map((item) => item.name);

describe("a search", () => {
	test("finds what another node published, without accents or number", async () => {
		const found = await search("?q=epiceries%20solidaires");
		assert.equal(found.type, "OrderedCollection");
		assert.deepEqual(names(found.first), ["epicerie-solidaire"]);
		const [item] = found.first.orderedItems;
		assert.equal(item["parvis:origin"], there.domain);
		assert.equal(item["parvis:result"], "project");
		assert.equal(item.location.name, "Dourdan");
		assert.ok(item.href.startsWith(`${there.base}/o/`));
	});

	test("puts the near before the far, and tells how far", async () => {
		const found = await search("?near=44000&kind=project");
		const [first] = found.first.orderedItems;
		assert.equal(first.name, "serres");
		assert.ok(first["parvis:kilometres"] < 15);
		const far = await search("?near=Dourdan&kind=project");
		assert.notEqual(names(far.first)[0], "serres");
	});

	test("keeps within a distance", async () => {
		const found = await search("?near=Dourdan&within=10");
		assert.deepEqual(names(found.first).sort(), [
			"epicerie-solidaire",
			"jardinage-partage",
		]);
	});

	test("is narrowed by stage, theme and territory", async () => {
		const of = async (query) => names((await search(query)).first);
		assert.deepEqual(await of("?stage=running"), ["jardinage-partage"]);
		assert.deepEqual(await of("?theme=jardinage"), ["serres"]);
		assert.deepEqual(
			await of(`?territory=${here.domain}&kind=project`),
			["serres"],
		);
	});

	test("goes on page after page, each thing once", async () => {
		const seen = [];
		let page = (await search("?q=poterie")).first;
		for (;;) {
			seen.push(...names(page));
			assert.ok(seen.length <= MANY, "too many");
			if (!page.next) break;
			page = await search(new URL(page.next).search);
			assert.equal(page.type, "OrderedCollectionPage");
		}
		assert.equal(new Set(seen).size, MANY);
		assert.equal(seen.length, MANY);
	});

	test("what is withdrawn is found no more", async () => {
		await there.ctl("project", "delete", "epicerie-solidaire");
		await waitFor("it to be gone", async () =>
			(await search("?q=epicerie")).totalItems === 0,
		);
	});

	test("is GeoJSON to who asks for it", async () => {
		for (const [query, accept] of [
			["?near=Nantes&format=geojson", "*/*"],
			["?near=Nantes", "application/geo+json"],
		]) {
			const answer = await ask(query, accept);
			assert.equal(answer.status, 200);
			assert.match(answer.headers["content-type"], /^application\/geo\+json/);
			const { type, features } = answer.json();
			assert.equal(type, "FeatureCollection");
			const [first] = features;
			assert.equal(first.geometry.type, "Point");
			const [lon, lat] = first.geometry.coordinates;
			assert.ok(Math.abs(lon + 1.55) < 0.2 && Math.abs(lat - 47.2) < 0.2);
			assert.equal(first.properties.name, "serres");
		}
	});

	test("says what is wrong with it", async () => {
		for (const query of [
			"?near=Xyzzyq",
			"?lat=91&lon=0",
			"?lat=1",
			"?near=Nantes&within=-3",
			"?near=Nantes&within=nan",
			"?kind=thing",
			"?sort=random",
			"?after=%00",
			"?after=nonsense",
		])
			assert.equal((await ask(query)).status, 400, query);
	});

	test("bears what nobody would type", async () => {
		for (const text of [
			'" OR 1=1 --',
			"a* NEAR(b c)",
			"é".repeat(2000),
			"mot ".repeat(1500),
			"\u202e<script>",
		]) {
			const query = `?q=${encodeURIComponent(text)}`;
			const answer = await ask(query);
			assert.ok([200, 414, 431].includes(answer.status), `${answer.status}`);
			const page = await ask(query, "text/html");
			assert.ok([200, 414, 431].includes(page.status), `${page.status}`);
			assert.doesNotMatch(page.body.toString(), /<script>/);
		}
	});
});

describe("while typing", () => {
	const complete = async (path) =>
		(await request(`${here.base}${path}`)).json().items;

	test("words are completed from what is there", async () => {
		const items = await complete("/search/complete?q=pote");
		assert.ok(items.some((i) => i.value.startsWith("poterie")), JSON.stringify(items));
		assert.deepEqual(await complete("/search/complete?q=p"), []);
		assert.deepEqual(await complete("/search/complete"), []);
	});

	test("communes are completed by name and postal code", async () => {
		const [first] = await complete("/place/complete?q=dourd");
		assert.equal(first.label, "Dourdan (91410)");
		assert.equal(first.value, "91200");
		assert.ok((await complete("/place/complete?q=9141")).length > 0);
	});

	test("a suggestion for a commune can be searched near", async () => {
		const [{ label }] = await complete("/place/complete?q=dourd");
		const found = await search(`?near=${encodeURIComponent(label)}&within=10`);
		assert.deepEqual(names(found.first), ["jardinage-partage"]);
	});
});
