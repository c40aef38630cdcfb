// SPDX-License-Identifier: ISC
// A node's key gives way to another: who follows, and who does not.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, describe, test } from "node:test";
import {
	CatalogueLog,
	copyOf,
	keyOfMultibase,
	multibaseOf,
	rotationOf,
	stand,
	verifyNode,
} from "./lib/catalogue.mjs";
import { AS2, fetchDocument, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { Peer, answers } from "./lib/peer.mjs";
import { waitFor } from "./lib/wait.mjs";

const settings = {
	"replication.exchange_seconds": "1",
	"replication.push_seconds": "0",
	"replication.peers_seconds": "1",
};

const level = (author, node) =>
	waitFor(
		`${node.name} to be level with ${author.name}`,
		async () =>
			(await stand(node, author.domain)) ===
			(await stand(author, author.domain)),
		{ seconds: 60 },
	);

describe("a node that rotates its key", () => {
	let a, b, c, d;
	const keyOf = async (node) => (await node.ctl("peer", "show", a.domain)).key;

	before(async () => {
		[a, b, c, d] = await Promise.all(
			["amont", "milieu", "aval", "delta"].map((name) =>
				Node.start(`${name}.localhost`, { settings }),
			),
		);
		await a.project("jardin", "--discoverable", "yes");
		for (const [node, other] of [
			[a, b],
			[b, a],
			[b, c],
			[c, a],
			[c, b],
			[d, b],
			[d, c],
		])
			await node.ctl("peer", "admit", other.domain);
		await Promise.all([level(a, b), level(a, c)]);
		// Two who were asked by nobody else vouch for it.
		await level(a, d);
	});

	after(() => stopAll(a, b, c, d));

	test("signs with the new one what it had signed with the old", async () => {
		const before = await verifyNode(a.base);
		const old = await keyOf(b);
		await c.stop();
		await a.ctl("catalogue", "rotate");
		const now = await verifyNode(a.base);
		assert.deepEqual([...now.live.keys()], [...before.live.keys()]);
		assert.ok(now.head["parvis:epoch"] > before.head["parvis:epoch"]);
		const { orderedItems } = await fetchDocument(
			`${a.base}/catalogue/rotation`,
		);
		assert.equal(orderedItems.length, 1);
		assert.equal(orderedItems[0]["parvis:oldKey"], old);
	});

	test("is followed by who admitted it, and by whom peers vouch to", async () => {
		for (const node of [b, d]) {
			await level(a, node);
			const shown = await node.ctl("peer", "show", a.domain);
			assert.equal(shown.problem, null);
			assert.equal(shown.state, "admitted");
			assert.match(shown.rotated, /^20/);
		}
		assert.equal(await keyOf(b), await keyOf(d));
	});

	test("is followed by who cannot reach it, from a neighbour", async () => {
		const held = await stand(b, a.domain);
		await a.stop();
		await c.up();
		await waitFor(
			"the log under the new key",
			async () => (await stand(c, a.domain)) === held,
			{ seconds: 60 },
		);
		assert.equal(await keyOf(c), await keyOf(b));
		await a.up();
	});

	test("goes on publishing after a start", async () => {
		await a.project("verger", "--discoverable", "yes");
		await waitFor("the project", async () =>
			(await copyOf(a, a.domain)).includes('"verger"'),
		);
		await Promise.all([level(a, b), level(a, c), level(a, d)]);
		await a.ctl("catalogue", "rotate");
		await a.ctl("catalogue", "rotate");
		await Promise.all([level(a, b), level(a, c), level(a, d)]);
		const { orderedItems } = await fetchDocument(
			`${d.base}/catalogue/rotation?origin=${a.domain}`,
		);
		assert.equal(orderedItems.length, 3);
	});
});

describe("a log that is signed with another key", () => {
	let reader, origin, log, statements;
	const [first, second, thief] = [1, 2, 3].map(
		() => generateKeyPairSync("ed25519").privateKey,
	);

	before(async () => {
		[reader, origin] = await Promise.all([
			Node.start("lectrice.localhost", { settings }),
			Peer.start("origine.localhost"),
		]);
		const instance = origin.actor("instance", {
			id: `${origin.base}/actor`,
			type: "Application",
		});
		instance.path = "/actor";
		instance.id = `${origin.base}/actor`;
		log = new CatalogueLog(origin.domain, instance.ed25519.privateKey);
		log.write("Update", {
			id: `${origin.base}/o/1`,
			type: "Group",
			name: "Projet 1",
		});
		origin.on("GET", /^\/catalogue\?after=\d+$/, (exchange) => {
			const after = Number(/after=(\d+)/.exec(exchange.path)[1]);
			return answers.json(
				log.page(
					log
						.items()
						.filter((entry) => entry["parvis:seq"] > after),
				),
			)(exchange);
		});
		origin.on("GET", /^\/catalogue\/frontier/, (exchange) =>
			answers.json({
				type: "parvis:Frontier",
				"parvis:boot": "1",
				"parvis:cursor": 1,
				"parvis:more": false,
				orderedItems: [log.head()],
			})(exchange),
		);
		origin.on("GET", /^\/catalogue\/rotation/, (exchange) =>
			answers.json({
				type: "OrderedCollection",
				orderedItems: statements,
			})(exchange),
		);
		statements = [];
		await reader.ctl("peer", "admit", origin.domain);
		await waitFor(
			"the log",
			async () => (await stand(reader, origin.domain)) !== undefined,
		);
	});

	after(() => stopAll(reader, origin));

	// The whole log anew, by another key.
	function resign(privateKey) {
		const next = new CatalogueLog(origin.domain, privateKey, log.epoch + 1);
		for (const entry of log.entries.values())
			next.write(entry.type, entry.object);
		log = next;
	}

	test("is followed as far as its statements lead, in any order given", async () => {
		const instance = log.privateKey;
		statements = [
			rotationOf(origin.domain, second, thief, first),
			rotationOf("autre.localhost", instance, thief),
			rotationOf(origin.domain, instance, first),
			{ "parvis:kind": "rotation" },
			rotationOf(origin.domain, first, second),
		];
		resign(second);
		await waitFor(
			"the log under the second key",
			async () =>
				(await reader.ctl("peer", "show", origin.domain)).key ===
				multibaseOf(second),
		);
		await waitFor("its entries", async () =>
			(await stand(reader, origin.domain)).startsWith(`${log.epoch}/`),
		);
		const shown = await reader.ctl("peer", "show", origin.domain);
		assert.equal(shown.problem, null);
		// It hands the statements on as they were signed.
		const { orderedItems } = await fetchDocument(
			`${reader.base}/catalogue/rotation?origin=${origin.domain}`,
		);
		assert.deepEqual(
			orderedItems.map((item) => item["parvis:newKey"]).sort(),
			[multibaseOf(first), multibaseOf(second)].sort(),
		);
		assert.ok(keyOfMultibase(shown.key));
	});

	test("without a statement of the old one is frozen and shown as such", async () => {
		const held = await stand(reader, origin.domain);
		await reader.stop(); // so that it heeds what does not verify again
		statements = [rotationOf(origin.domain, second, thief, thief)];
		resign(thief);
		await reader.up();
		await waitFor("the log to be frozen", async () =>
			/re-keyed/.test(
				(await reader.ctl("peer", "show", origin.domain)).problem ?? "",
			),
		);
		assert.equal(await stand(reader, origin.domain), held);
		assert.equal(
			(await reader.ctl("peer", "show", origin.domain)).key,
			multibaseOf(second),
		);
	});

	test("of which nothing is known has no statements", async () => {
		const answer = await request(
			`${reader.base}/catalogue/rotation?origin=inconnu.localhost`,
			{ headers: { accept: AS2 } },
		);
		assert.equal(answer.status, 404);
	});
});
