// SPDX-License-Identifier: ISC
// The catalogue log: who is in it, that it verifies independently, and that
// what a liar does to one is found out.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createPrivateKey } from "node:crypto";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import {
	CatalogueLog,
	canonical,
	digestOf,
	element,
	elementInput,
	keyOfMultibase,
	multibaseOf,
	prove,
	verifyNode,
	verifyPages,
} from "./lib/catalogue.mjs";
import { AS2, fetchDocument, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { Peer, answers } from "./lib/peer.mjs";
import { ed25519Keys } from "./lib/sign.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ROOT, zone } from "./lib/zone.mjs";

const MANY = 110; // more than a page holds; keys take their time

let author, reader, liar;

before(async () => {
	[author, reader, liar] = await Promise.all([
		Node.start("auteur.localhost"),
		Node.start("lecteur.localhost"),
		Peer.start("menteur.localhost"),
	]);
});

after(() => stopAll(author, reader, liar));

describe("the worked example of parvis-catalogue(7)", () => {
	const example = JSON.parse(
		readFileSync(path.join(ROOT, "tests/vectors/catalogue-example.json")),
	);
	const entry = example.page.orderedItems[1];

	test("the page verifies", () => {
		const { head, live, entries } = verifyPages([example.page], {
			domain: example.domain,
			key: keyOfMultibase(example.public_key_multibase),
			now: example.now,
		});
		assert.equal(head["parvis:digest"], example.digest);
		assert.deepEqual(entries.map((e) => e["parvis:seq"]), [3, 4, 6]);
		assert.deepEqual([...live.keys()], [entry.object.id]);
	});

	test("its values come out again", () => {
		const bytes = element(entry);
		assert.equal(canonical(entry), example.entry.canonical);
		assert.equal(
			elementInput(entry).toString("hex"),
			example.entry.element_input_hex,
		);
		example.entry.element_first_lanes.forEach((lane, i) =>
			assert.equal(bytes.readUInt16LE(2 * i), lane),
		);
		assert.equal(digestOf([entry]), example.digest);
		assert.equal(digestOf([]), example.empty_digest);
	});

	const keyOfSeed = (hex) =>
		createPrivateKey({
			key: Buffer.concat([
				Buffer.from("302e020100300506032b657004220420", "hex"),
				Buffer.from(hex, "hex"),
			]),
			format: "der",
			type: "pkcs8",
		});

	test("what is signed with its key is the example", () => {
		const key = keyOfSeed(example.secret_key_seed_hex);
		const method = entry.proof.verificationMethod;
		for (const document of [entry, example.rotation, example.peers])
			assert.deepEqual(prove(document, method, key), document);
		assert.equal(
			multibaseOf(keyOfSeed(example.second.secret_key_seed_hex)),
			example.second.public_key_multibase,
		);
	});

	test("a node's answers have the members of the examples", async () => {
		const members = (document) => Object.keys(document).sort();
		for (const [path, wanted] of [
			["/catalogue/frontier", example.frontier],
			["/peers", example.peers],
			["/catalogue?after=0", example.page],
		])
			assert.deepEqual(
				members(await fetchDocument(author.base + path)),
				members(wanted),
				path,
			);
		await author.ctl("catalogue", "rotate");
		const { orderedItems } = await fetchDocument(
			`${author.base}/catalogue/rotation`,
		);
		assert.deepEqual(members(orderedItems[0]), members(example.rotation));
	});

	test("a push as in the example is sent, and one is understood", async () => {
		const neighbour = await Peer.start("voisine.localhost");
		try {
			const instance = neighbour.actor("instance", {
				id: `${neighbour.base}/actor`,
				type: "Application",
			});
			instance.path = "/actor";
			instance.id = `${neighbour.base}/actor`;
			const pushes = [];
			neighbour.on(
				"GET",
				/^\/catalogue\/frontier/,
				answers.json({ ...example.frontier, orderedItems: [] }),
			);
			neighbour.on(
				"GET",
				/^\/catalogue\?after=0$/,
				answers.status(404),
			);
			neighbour.on("POST", /^\/catalogue\/push/, (exchange) => {
				pushes.push(JSON.parse(exchange.body));
				return answers.status(202)(exchange);
			});
			await author.ctl("peer", "admit", neighbour.domain);
			await author.project("puits", "--discoverable", "yes");
			await waitFor("a push", () => pushes.length > 0);
			assert.deepEqual(
				Object.keys(pushes[0]).sort(),
				Object.keys(example.push).sort(),
			);
			await author.ctl("peer", "forget", neighbour.domain);
		} finally {
			await neighbour.down();
		}
		// Its origin is nobody that this node admits; the form is fine.
		const answer = await request(`${author.base}/catalogue/push`, {
			method: "POST",
			headers: { "content-type": AS2 },
			body: JSON.stringify(example.push),
		});
		assert.equal(answer.status, 403);
	});

	test("the manual shows its values", () => {
		const manual = readFileSync(
			path.join(ROOT, "daemon/parvis-catalogue.7"),
			"utf8",
		);
		const joined = manual
			.replaceAll("\n", "")
			.replaceAll("\\-", "-")
			.replaceAll("\\[u2019]", "’")
			.replaceAll("\\[u00E9]", "é");
		for (const value of [
			example.public_key_multibase,
			example.entry.canonical,
			example.entry.sha256,
			example.entry.element_first_bytes_hex.match(/../g).join(" "),
			example.entry.element_first_lanes.join(", "),
			example.digest,
			example.empty_digest,
			canonical(example.page["parvis:head"]),
			canonical(example.rotation),
			canonical(example.peers),
		])
			assert.ok(joined.includes(value), value);
	});
});

describe("a node's log", () => {
	// Waits until what is said about an object is as wanted.
	const says = (what, condition) =>
		waitFor(what, async () => {
			const log = await verifyNode(author.base);
			return condition(log) ? log : undefined;
		});
	const typeOf = (log, id) =>
		log.entries.find((e) => (e.object.id ?? e.object) === id)?.type;

	test("has discoverable projects only", async () => {
		const shown = await author.project("jardin", "--discoverable", "yes");
		const hidden = await author.project("cabane", "--discoverable", "no");
		const log = await says("the project", (l) => l.live.has(shown.id));
		assert.equal(typeOf(log, hidden.id), undefined);
		const { object } = log.live.get(shown.id);
		assert.equal(object.preferredUsername, "jardin");
		assert.equal(object.attributedTo, [shown.attributedTo].flat()[0].id);
		assert.equal(object.publicKey, undefined);
		assert.equal(object.assertionMethod, undefined);
	});

	test("follows an edit, a change of mind and a deletion", async () => {
		const { id } = await author.project("four", "--discoverable", "yes");
		const first = await says("the project", (l) => l.live.has(id));
		const before = first.live.get(id);

		await author.ctl("project", "edit", "four", "--name", "Four à pain");
		const edited = await says(
			"the new name",
			(l) => l.live.get(id)?.object.name === "Four à pain",
		);
		const seq = edited.live.get(id)["parvis:seq"];
		assert.ok(seq > before["parvis:seq"]);
		assert.equal(edited.head["parvis:count"], first.head["parvis:count"]);
		assert.notEqual(edited.head["parvis:digest"], first.head["parvis:digest"]);
		const old = await request(before.id, { headers: { accept: AS2 } });
		assert.equal(old.status, 410);
		assert.deepEqual(
			await fetchDocument(edited.live.get(id).id),
			edited.live.get(id),
		);

		await author.ctl("project", "edit", "four", "--discoverable", "no");
		const hidden = await says("the Remove", (l) => typeOf(l, id) === "Remove");
		assert.equal(hidden.head["parvis:count"], first.head["parvis:count"] - 1);

		await author.ctl("project", "edit", "four", "--discoverable", "yes");
		await says("it again", (l) => l.live.has(id));
		await author.ctl("project", "delete", "four");
		const gone = await says("the Delete", (l) => typeOf(l, id) === "Delete");
		assert.ok(!JSON.stringify(gone.pages).includes("Four à pain"));
	});

	test("an edit that changes nothing makes no entry", async () => {
		const { id } = await author.project("lavoir", "--discoverable", "yes");
		const first = await says("the project", (l) => l.live.has(id));
		await author.ctl("project", "edit", "lavoir", "--name", "lavoir");
		// What comes after it in the log stands directly behind.
		const next = await author.project("pressoir", "--discoverable", "yes");
		const log = await says("the next one", (l) => l.live.has(next.id));
		assert.deepEqual(log.live.get(id), first.live.get(id));
	});

	test("the collection, its head and conditional requests", async () => {
		const url = `${author.base}/catalogue`;
		const { head } = await verifyNode(author.base);
		const collection = await fetchDocument(url);
		assert.equal(collection.id, url);
		assert.equal(collection.type, "OrderedCollection");
		assert.equal(collection.totalItems, head["parvis:count"]);
		assert.equal(collection.first, `${url}?after=0`);
		assert.deepEqual(collection["parvis:head"], head);
		for (const address of [url, collection.first]) {
			const answer = await request(address, { headers: { accept: AS2 } });
			const { etag } = answer.headers;
			const again = await request(address, {
				headers: { accept: AS2, "if-none-match": etag },
			});
			assert.equal(again.status, 304);
			assert.equal(again.bytes.length, 0);
		}
		const own = `${collection.first}&origin=${author.domain}`;
		assert.deepEqual(
			(await fetchDocument(own)).orderedItems,
			(await fetchDocument(collection.first)).orderedItems,
		);
		for (const [query, status] of [
			["?after=-1", 400],
			["?after=x", 400],
			["?origin=autre.example", 404],
		])
			assert.equal((await request(url + query)).status, status, query);
	});

	test("another node finds it complete and genuine", async () => {
		const { head, entries, live } = await verifyNode(author.base);
		const result = await reader.ctl("catalogue", "check", author.domain);
		assert.equal(result.verdict, "genuine");
		assert.equal(result.entries, entries.length);
		assert.equal(result.live, live.size);
		assert.equal(result.deleted, entries.length - live.size);
		assert.equal(result.epoch, head["parvis:epoch"]);
		assert.equal(result.seq, head["parvis:seq"]);
		assert.equal(result.digest, head["parvis:digest"]);
		const text = await reader.text("catalogue", "check", author.domain);
		assert.match(text, /complete and genuine/);
		const own = await author.ctl("catalogue", "show");
		assert.equal(own.digest, result.digest);
		assert.equal(own.live, result.live);
	});

	test("many projects make several pages", async () => {
		const before = (await author.ctl("catalogue", "show")).live;
		const file = path.join(zone().dir, "many.json");
		const projects = Array.from({ length: MANY }, (_, i) => ({
			username: `projet-${i}`,
			name: `Projet ${i}`,
			holder: "nombreuse",
			discoverable: true,
		}));
		const profiles = [
			{ username: "nombreuse", name: "Nombreuse", kind: "person" },
		];
		writeFileSync(file, JSON.stringify({ profiles, projects }));
		await author.text("import", file);
		await waitFor(
			`${MANY} more projects in the catalogue`,
			async () =>
				(await author.ctl("catalogue", "show")).live === before + MANY,
			{ seconds: 480 }, // as many pairs of keys are made
		);
		const log = await verifyNode(author.base);
		assert.ok(log.pages.length > 1);
		assert.equal(log.pages[0].orderedItems.length, 100);
		const result = await reader.ctl("catalogue", "check", author.domain);
		assert.equal(result.verdict, "genuine");
		assert.equal(result.pages, log.pages.length);
		assert.equal(result.live, log.live.size);
	});
});

describe("a log that is not what its author signed", () => {
	const thing = (log, number, members = {}) => ({
		id: `${log.base}/o/${number}`,
		type: "Group",
		name: `Projet ${number}`,
		...members,
	});
	let instance, log, kept;

	before(() => {
		instance = liar.actor("instance", {
			id: `${liar.base}/actor`,
			type: "Application",
		});
		instance.path = "/actor";
		instance.id = `${liar.base}/actor`;
		log = new CatalogueLog(liar.domain, instance.ed25519.privateKey);
		kept = {
			one: log.write("Update", thing(log, 1)),
			two: log.write("Update", thing(log, 2)),
			hidden: log.write("Update", thing(log, 3)),
			newer: log.write("Update", thing(log, 1, { name: "Plus neuf" })),
			remove: log.write("Remove", thing(log, 3).id, {
				target: `${log.base}/catalogue`,
			}),
			three: log.write("Update", thing(log, 4)),
		};
	});

	// What the reader says of these pages.
	async function verdict(...pages) {
		const asked = pages.map((page, i) =>
			liar.on(
				"GET",
				new RegExp(`^/catalogue\\?after=${i}$`),
				answers.json({
					...page,
					id: `${liar.base}/catalogue?after=${i}`,
					...(i < pages.length - 1
						? { next: `${liar.base}/catalogue?after=${i + 1}` }
						: {}),
				}),
			),
		);
		try {
			return await reader.ctl("catalogue", "check", liar.domain);
		} catch (error) {
			return { refused: error.stderr + error.stdout };
		} finally {
			for (const rule of asked) rule.off();
		}
	}

	const found = async (word, ...pages) => {
		const result = await verdict(...pages);
		assert.match(result.refused ?? JSON.stringify(result), new RegExp(`\\(${word}\\)`));
	};

	test("the true log is genuine, in one page and in two", async () => {
		assert.equal((await verdict(log.page())).verdict, "genuine");
		const items = log.items();
		const result = await verdict(
			log.page(items.slice(0, 2)),
			log.page(items.slice(2)),
		);
		assert.equal(result.verdict, "genuine");
		assert.equal(result.pages, 2);
		assert.equal(result.live, 3);
		assert.equal(result.deleted, 1);
	});

	test("an entry is left out", async () => {
		const items = log.items().filter((e) => e !== kept.two);
		await found("left-out", log.page(items));
	});

	test("the last page is left out", async () => {
		await found("left-out", log.page(log.items().slice(0, 2)));
	});

	test("an entry is altered", async () => {
		const items = log.items().map((e) =>
			e === kept.two
				? { ...e, object: { ...e.object, name: "Autre chose" } }
				: e,
		);
		await found("altered", log.page(items));
	});

	test("an entry is replayed in place of the newer", async () => {
		const items = [
			kept.one,
			...log.items().filter((e) => e !== kept.newer),
		];
		await found("replayed", log.page(items));
	});

	test("what was withdrawn is replayed", async () => {
		const items = [kept.two, kept.hidden, kept.newer, kept.three];
		await found("replayed", log.page(items));
	});

	test("entries are reordered", async () => {
		const [first, second, ...rest] = log.items();
		await found("reordered", log.page([second, first, ...rest]));
	});

	test("an entry is there twice", async () => {
		const [first, ...rest] = log.items();
		await found("replayed", log.page([first, first, ...rest]));
	});

	test("an entry is signed with another key", async () => {
		const other = ed25519Keys().privateKey;
		const forged = log
			.items()
			.map((e) => (e === kept.two ? log.sign(e, other) : e));
		await found("altered", log.page(forged));
		const named = log
			.items()
			.map((e) =>
				e === kept.two ? prove(e, `${log.base}/o/1#key`, other) : e,
			);
		await found("wrong-key", log.page(named));
	});

	test("the count of the head is altered", async () => {
		const head = { ...log.head(), "parvis:count": 2 };
		const items = log.items().filter((e) => e !== kept.two);
		await found("altered", log.page(items, head));
	});

	test("the author contradicts itself", async () => {
		const items = log.items();
		const other = log.head({ "parvis:digest": "0".repeat(64) });
		await found(
			"forked",
			log.page(items.slice(0, 2), other),
			log.page(items.slice(2)),
		);
	});

	test("an object is on another host", async () => {
		const items = log.items().map((e) =>
			e === kept.two
				? log.sign({
						...e,
						object: { ...e.object, attributedTo: `${author.base}/o/1` },
					})
				: e,
		);
		await found("other-origin", log.page(items));
	});

	test("another node's log is passed off as one's own", async () => {
		await found("other-origin", await fetchDocument(`${author.base}/catalogue?after=0`));
	});

	test("a time is ahead of the clock", async () => {
		const published = new Date(Date.now() + 3600_000).toISOString();
		await found("ahead", log.page(log.items(), log.head({ published })));
	});

	test("pages never end", async () => {
		const page = log.page([], log.head(), {
			next: `${liar.base}/catalogue?after=1`,
		});
		await found("malformed", page);
	});

	test("there is no catalogue", async () => {
		const { refused } = await verdict();
		assert.match(refused, /cannot be read/);
	});

	test("the next page is elsewhere", async () => {
		const page = log.page(log.items(), log.head(), {
			next: `${author.base}/catalogue?after=1`,
		});
		await found("other-origin", page);
	});
});
