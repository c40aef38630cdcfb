// SPDX-License-Identifier: ISC
// Admission: whom peers vouch for, whom introducers bring, whom the
// administrator refuses.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { AS2, fetchDocument, request } from "./lib/http.mjs";
import { Node, binary, stopAll } from "./lib/node.mjs";
import { waitFor } from "./lib/wait.mjs";

const settings = {
	"replication.exchange_seconds": "1",
	"replication.push_seconds": "0",
	"replication.peers_seconds": "1",
};

// What a command says on a terminal, given an answer when it asks.
async function onTerminal(command, answer) {
	const child = spawn("script", ["-q", "-e", "-c", command, "/dev/null"]);
	let text = "";
	child.stdout.on("data", (data) => {
		if (!/\? \[Y\/n\]/.test(text) && /\? \[Y\/n\]/.test(text + data))
			child.stdin.write(answer);
		text += data;
	});
	const [code] = await once(child, "close");
	assert.equal(code, 0, text);
	return text;
}

let reader, anne, boris, chloe, denis;

const start = (name) => Node.start(`${name}.localhost`, { settings });
const show = (domain) => reader.ctl("peer", "show", domain);
const state = (domain, wanted) =>
	waitFor(`${domain} to be ${wanted}`, async () => {
		const { items } = await reader.ctl("peer", "list");
		return items.find((p) => p.domain === domain)?.state === wanted;
	}, { seconds: 60 });
const holds = async (domain) =>
	(
		await request(`${reader.base}/catalogue?origin=${domain}`, {
			headers: { accept: AS2 },
		})
	).status === 200;

before(async () => {
	[reader, anne, boris, chloe, denis] = await Promise.all(
		["lectrice", "anne", "boris", "chloe", "denis"].map(start),
	);
	await chloe.project("fournil", "--discoverable", "yes");
	await reader.ctl("peer", "admit", anne.domain);
	await reader.ctl("peer", "admit", boris.domain);
});

after(() => stopAll(reader, anne, boris, chloe, denis));

describe("in the default mode", () => {
	test("one voice is not enough, and the newcomer is seen to wait", async () => {
		await anne.ctl("peer", "admit", chloe.domain);
		await state(chloe.domain, "waiting");
		await waitFor("the vouch", async () =>
			(await show(chloe.domain)).vouched_by.includes(anne.domain),
		);
		const shown = await show(chloe.domain);
		assert.match(shown.why, /more peers to vouch/);
		assert.equal(await holds(chloe.domain), false);
	});

	test("two are: the catalogue is read, shown and handed on", async () => {
		await boris.ctl("peer", "admit", chloe.domain);
		await state(chloe.domain, "admitted");
		const shown = await show(chloe.domain);
		assert.deepEqual(shown.vouched_by, [anne.domain, boris.domain]);
		assert.match(shown.why, /enough peers vouch/);
		await waitFor("its catalogue", () => holds(chloe.domain));
		const frontier = await fetchDocument(`${reader.base}/catalogue/frontier`);
		assert.ok(
			frontier.orderedItems.some(
				(head) => head["parvis:origin"] === chloe.domain,
			),
		);
	});

	test("what it admits by others' word it does not vouch for", async () => {
		const list = await fetchDocument(`${reader.base}/peers`);
		const of = (domain) =>
			list.orderedItems.find((item) => item["parvis:origin"] === domain);
		assert.equal(list.type, "parvis:Peers");
		assert.equal(of(anne.domain)["parvis:admission"], "administrator");
		assert.equal(of(chloe.domain)["parvis:admission"], "rule");
		assert.match(of(chloe.domain)["parvis:key"], /^z6Mk/);
		assert.equal(of(reader.domain), undefined);
		assert.ok(Date.parse(list["parvis:expires"]) > Date.now());
		assert.equal(list.proof.cryptosuite, "eddsa-jcs-2022");
	});

	test("a refusal wins over every voice", async () => {
		await reader.ctl("peer", "refuse", chloe.domain);
		assert.equal(await holds(chloe.domain), false);
		await waitFor("another list", async () =>
			(await show(anne.domain)).list_read !== null,
		);
		assert.equal((await show(chloe.domain)).state, "refused");
		await reader.ctl("peer", "forget", chloe.domain);
		await state(chloe.domain, "admitted");
	});

	test("when a voice is gone so is the admission, and what it brought", async () => {
		await waitFor("its catalogue", () => holds(chloe.domain));
		await reader.ctl("peer", "refuse", boris.domain);
		assert.equal((await show(chloe.domain)).state, "waiting");
		assert.equal(await holds(chloe.domain), false);
		await reader.ctl("peer", "admit", boris.domain);
		await state(chloe.domain, "admitted");
	});

	test("an introducer needs no second voice", async () => {
		await anne.ctl("peer", "admit", denis.domain);
		await state(denis.domain, "waiting");
		await reader.ctl("peer", "introducer", anne.domain, "yes");
		await state(denis.domain, "admitted");
		assert.match((await show(denis.domain)).why, /introducer/);
		await reader.ctl("peer", "introducer", anne.domain, "no");
		assert.equal((await show(denis.domain)).state, "waiting");
	});
});

describe("in the other modes", () => {
	const mode = async (value) => {
		reader.configure({ "network.admission": value });
		await reader.ctl("reload");
		// Any word of the administrator has all of it looked at again.
		await reader.ctl("peer", "neighbour", anne.domain, "yes");
	};

	test("closed takes the administrator's word alone", async () => {
		await mode("closed");
		assert.equal((await show(chloe.domain)).state, "waiting");
		assert.equal((await show(anne.domain)).state, "admitted");
	});

	test("open takes all whom an admitted peer knows", async () => {
		await mode("open");
		await state(denis.domain, "admitted");
		await state(chloe.domain, "admitted");
	});
});

describe("a newcomer", () => {
	let newcomer;

	before(async () => {
		newcomer = await start("nouvelle");
		await newcomer.project("lavoir", "--discoverable", "yes");
	});

	after(() => stopAll(newcomer));

	test("looks at a node's list before it joins, and keeps nothing", async () => {
		const shown = await newcomer.ctl("peer", "look", anne.domain);
		assert.equal(shown.domain, anne.domain);
		assert.equal(shown.admits, 2);
		assert.deepEqual(
			shown.nodes.toSorted(),
			[chloe.domain, denis.domain].toSorted(),
		);
		assert.deepEqual((await newcomer.ctl("peer", "list")).items, []);
		const { stderr } = await newcomer.refused("peer", "look", "pas un nom");
		assert.match(stderr, /no domain/);
	});

	test("is shown the list on a terminal, and asked about the introducer", async () => {
		const stdout = await onTerminal(
			`${binary("parvisctl")} -c ${newcomer.config} peer join ${anne.domain}`,
			"n\n",
		);
		assert.match(stdout, new RegExp(chloe.domain));
		assert.match(stdout, /introducer/);
		const shown = await newcomer.ctl("peer", "show", anne.domain);
		assert.equal(shown.state, "admitted");
		assert.equal(shown.introducer, false);
	});

	test("is seen to wait by whom it asked, who admits nobody for that", async () => {
		const waiting = await waitFor("the request", async () =>
			(
				await anne.ctl("peer", "list", "--state", "waiting")
			).items.find((peer) => peer.domain === newcomer.domain),
		);
		assert.ok(Date.parse(waiting.asked) > Date.now() - 3600_000);
		const { items } = await anne.ctl("peer", "list", "--state", "admitted");
		assert.ok(!items.some((peer) => peer.domain === newcomer.domain));
		assert.match(
			(await anne.ctl("status")).attention.join(),
			/asks? to be admitted/,
		);
	});

	test("sees what it waits for, and that it waits no more", async () => {
		const stands = (word) =>
			waitFor(`to be listed: ${word}`, async () =>
				(await newcomer.ctl("peer", "show", anne.domain)).admits_us === word,
			);
		await stands("not yet");
		await anne.ctl("peer", "admit", newcomer.domain);
		await stands("its administrator does");
		await waitFor("its catalogue at the other", async () =>
			(
				await request(`${anne.base}/catalogue?origin=${newcomer.domain}`, {
					headers: { accept: AS2 },
				})
			).status === 200,
		);
	});

	test("that takes an introducer is given whom it admits", async () => {
		await newcomer.ctl("peer", "join", anne.domain, "--introducer", "yes");
		await waitFor("chloe to be admitted", async () => {
			const { items } = await newcomer.ctl("peer", "list");
			return (
				items.find((peer) => peer.domain === chloe.domain)?.state ===
				"admitted"
			);
		});
	});
});
