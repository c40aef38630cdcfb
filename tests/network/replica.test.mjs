// SPDX-License-Identifier: ISC
// Catalogues travel: from their author, and from whoever has a copy.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, renameSync, rmSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { CatalogueLog, canonical, copyOf, stand } from "./lib/catalogue.mjs";
import { AS2, fetchDocument, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { Peer, answers } from "./lib/peer.mjs";
import { waitFor } from "./lib/wait.mjs";

const settings = {
	"replication.exchange_seconds": "1",
	"replication.push_seconds": "0",
};

// Waits until every node holds what the author has, entry by entry.
async function level(author, ...nodes) {
	for (const node of nodes)
		await waitFor(
			`${node.name} to be level with ${author.name}`,
			async () =>
				(await stand(node, author.domain)) ===
				(await stand(author, author.domain)),
			{ seconds: 60 },
		);
	const original = await copyOf(author, author.domain);
	for (const node of nodes)
		assert.equal(await copyOf(node, author.domain), original, node.name);
}

const publish = async (node, name) => {
	await node.project(name, "--discoverable", "yes");
	await waitFor(`${name} in the catalogue of ${node.name}`, async () =>
		(await copyOf(node, node.domain)).includes(`"${name}"`),
	);
};

describe("three nodes in a line", () => {
	let a, b, c;

	before(async () => {
		[a, b, c] = await Promise.all([
			Node.start("amont.localhost", { settings }),
			Node.start("milieu.localhost", { settings }),
			Node.start("aval.localhost", { settings }),
		]);
		await publish(a, "jardin");
	});

	after(() => stopAll(a, b, c));

	test("nothing is read of a node that nobody admitted", async () => {
		assert.equal(await stand(b, a.domain), undefined);
		const { stderr, code } = await b.refused("peer", "show", a.domain);
		assert.match(stderr, /no node named/);
		assert.notEqual(code, 0);
	});

	test("an admitted node's catalogue is read, whole and genuine", async () => {
		await b.ctl("peer", "admit", a.domain);
		await a.ctl("peer", "admit", b.domain);
		await level(a, b);
		const shown = await b.ctl("peer", "show", a.domain);
		assert.equal(shown.state, "admitted");
		assert.equal(shown.source, a.domain);
		assert.ok(shown.entries >= 1);
		const status = await b.ctl("status");
		assert.equal(status.peers_read, 1);
		assert.equal(status.entries_held, shown.entries);
		assert.match(await b.text("status"), /1 entry held of 1 of those/);
	});

	test("what moves arrives by a push, and Tombstones too", async () => {
		await publish(a, "atelier");
		await level(a, b);
		await a.ctl("project", "delete", "jardin");
		await level(a, b);
		assert.match(await copyOf(b, a.domain), /"Tombstone"/);
	});

	test("who cannot reach the origin reads it from a neighbour", async () => {
		await b.ctl("peer", "admit", c.domain);
		await c.ctl("peer", "admit", b.domain);
		await c.ctl("peer", "admit", a.domain);
		await level(a, c);
		await a.stop();
		await c.ctl("peer", "forget", a.domain);
		assert.equal(await stand(c, a.domain), undefined);
		await a.up();
		await c.ctl("peer", "admit", a.domain);
		await a.stop();
		await waitFor(
			"the copy of a node that is down",
			async () =>
				(await stand(c, a.domain)) === (await stand(b, a.domain)),
			{ seconds: 60 },
		);
		const shown = await c.ctl("peer", "show", a.domain);
		assert.ok([a.domain, b.domain].includes(shown.source));
		await a.up();
	});

	test("a node that was killed catches up with what it missed", async () => {
		await c.kill();
		await publish(a, "potager");
		await a.ctl("project", "delete", "atelier");
		await level(a, b);
		await c.up();
		await level(a, c);
	});

	test("a node restored from an old copy begins its log anew", async () => {
		await a.stop();
		cpSync(a.dir, `${a.dir}.old`, { recursive: true });
		await a.up();
		await a.ctl("project", "create", "verger", "--holder", "gardienne",
			"--name", "verger", "--discoverable", "yes");
		await publish(a, "rucher");
		await a.ctl("project", "edit", "potager", "--status", "en fleurs");
		await level(a, b);
		const before = (await a.ctl("catalogue", "show")).epoch;
		const id = (await a.ctl("project", "show", "verger")).id;
		await a.stop();
		rmSync(a.dir, { recursive: true });
		renameSync(`${a.dir}.old`, a.dir);
		await a.up();
		await waitFor(
			"another epoch",
			async () => (await a.ctl("catalogue", "show")).epoch > before,
			{ seconds: 60 },
		);
		// What it had published since the copy was made is its own again.
		await waitFor("the project in its catalogue", async () =>
			(await copyOf(a, a.domain)).includes('"verger"'),
		);
		assert.equal((await a.ctl("project", "show", "verger")).id, id);
		assert.equal(
			(await a.ctl("project", "show", "potager")).status,
			"en fleurs",
		);
		await level(a, b, c);
		assert.match(await copyOf(b, a.domain), /en fleurs/);
		assert.equal((await b.ctl("peer", "show", a.domain)).problem, null);

		// Its holder came after the copy too, and was not to be found.
		const { items } = await a.ctl("catalogue", "lost");
		assert.deepEqual(
			items.map((item) => [item.kind, item.username]),
			[["project", "rucher"]],
		);
		assert.match((await a.ctl("status")).attention.join(), /catalogue lost/);
		const reclaim = ["catalogue", "reclaim", items[0].id];
		assert.match((await a.refused(...reclaim)).stderr, /holder is not here/);
		await a.ctl(...reclaim, "--holder", "gardienne");
		assert.deepEqual((await a.ctl("catalogue", "lost")).items, []);
		await waitFor("the project in its catalogue", async () =>
			(await copyOf(a, a.domain)).includes('"rucher"'),
		);
		await level(a, b, c);
	});

	test("what was deleted after an old copy stays deleted", async () => {
		await a.stop();
		cpSync(a.dir, `${a.dir}.old`, { recursive: true });
		await a.up();
		await a.ctl("project", "delete", "rucher");
		await a.ctl("profile", "create", "ulysse", "--name", "Ulysse",
			"--discoverable", "yes");
		await a.ctl("project", "create", "moulin", "--holder", "ulysse",
			"--name", "moulin", "--discoverable", "yes");
		await waitFor("both in the catalogue", async () =>
			/"moulin"[^]*"ulysse"|"ulysse"[^]*"moulin"/.test(
				await copyOf(a, a.domain),
			),
		);
		await level(a, b);
		await a.stop();
		rmSync(a.dir, { recursive: true });
		renameSync(`${a.dir}.old`, a.dir);
		await a.up();
		await waitFor(
			"the deletion",
			async () =>
				!(await a.ctl("project", "list")).items.some(
					(project) => project.username === "rucher",
				),
		);
		await level(a, b, c);
		assert.ok(!(await copyOf(b, a.domain)).includes('"rucher"'));
		const { stderr } = await a.refused("project", "show", "rucher");
		assert.match(stderr, /no project/);

		// Who has nobody here waits for the administrator.
		const { items } = await a.ctl("catalogue", "lost");
		assert.deepEqual(
			items.map((item) => [item.kind, item.username]).sort(),
			[
				["profile", "ulysse"],
				["project", "moulin"],
			],
		);
		// With a profile come its projects.
		await a.ctl(
			"catalogue",
			"reclaim",
			items.find((item) => item.kind === "profile").id,
		);
		assert.deepEqual((await a.ctl("catalogue", "lost")).items, []);
		await waitFor("the profile in the catalogue", async () =>
			(await copyOf(b, a.domain)).includes('"ulysse"'),
		);
		await level(a, b, c);
	});

	test("until a peer has said how far it was, a node signs nothing", async () => {
		const head = async () => (await a.ctl("catalogue", "show")).seq;
		await Promise.all([b.stop(), c.stop()]);
		await a.kill();
		await a.up();
		const before = await head();
		await a.project("lavoir", "--discoverable", "yes");
		assert.match((await a.ctl("status")).attention.join(), /held back/);
		assert.equal(await head(), before);
		await Promise.all([b.up(), c.up()]);
		await waitFor(
			"the project in its catalogue",
			async () => (await copyOf(a, a.domain)).includes('"lavoir"'),
			{ seconds: 60 },
		);
		await level(a, b, c);
		await Promise.all([b.stop(), c.stop()]);
		await a.kill();
		await a.up();
		await a.project("pressoir", "--discoverable", "yes");
		await a.ctl("catalogue", "publish");
		await waitFor("what the administrator publishes", async () =>
			(await copyOf(a, a.domain)).includes('"pressoir"'),
		);
		await Promise.all([b.up(), c.up()]);
		await level(a, b, c);
	});

	test("a refused node's catalogue is erased and not handed on", async () => {
		await b.ctl("peer", "refuse", a.domain);
		assert.equal(await stand(b, a.domain), undefined);
		const frontier = await fetchDocument(`${b.base}/catalogue/frontier`);
		assert.ok(
			!frontier.orderedItems.some((h) => h["parvis:origin"] === a.domain),
		);
		assert.equal((await b.ctl("peer", "show", a.domain)).state, "refused");
		await b.ctl("peer", "admit", a.domain);
		await level(a, b);
	});

	test("a catalogue larger than is kept stays as it was, and says so", async () => {
		const { entries } = await c.ctl("peer", "show", a.domain);
		const before = await stand(c, a.domain);
		c.configure({ "network.origin_entries": String(entries) });
		await c.ctl("reload");
		await publish(a, "treille");
		await waitFor("the log to be frozen", async () =>
			/network\.origin_entries/.test(
				(await c.ctl("peer", "show", a.domain)).problem ?? "",
			),
		);
		assert.equal(await stand(c, a.domain), before);
		await level(a, b);
		c.configure({ "network.origin_entries": String(entries + 1) });
		await c.ctl("reload");
		await c.ctl("peer", "admit", a.domain);
		await level(a, c);
	});
});

describe("what an administrator withholds", () => {
	let author, holder;
	const found = async (node, text) =>
		(await node.ctl("search", text)).items.length;

	before(async () => {
		[author, holder] = await Promise.all([
			Node.start("autrice.localhost", { settings }),
			Node.start("gardien.localhost", { settings }),
		]);
		await publish(author, "lavoir");
		await publish(author, "pressoir");
		await author.ctl("peer", "admit", holder.domain);
		await holder.ctl("peer", "admit", author.domain);
		await waitFor(
			"the catalogue",
			async () =>
				(await stand(holder, author.domain)) ===
				(await stand(author, author.domain)),
		);
	});

	after(() => stopAll(author, holder));

	test("is not found, and the rest is handed on with its proof", async () => {
		const { id } = await author.actor("lavoir");
		assert.equal(await found(holder, "lavoir"), 1);
		await holder.ctl("catalogue", "withhold", id);
		assert.equal(await found(holder, "lavoir"), 0);
		assert.equal(await found(holder, "pressoir"), 1);
		assert.deepEqual(
			(await holder.ctl("catalogue", "withheld")).items.map((i) => i.id),
			[id],
		);
		assert.ok(!(await copyOf(holder, author.domain)).includes('"lavoir"'));
	});

	test("a change does not bring it back, the administrator's word does", async () => {
		await author.ctl("project", "edit", "lavoir", "--status", "en eau");
		await waitFor(
			"the change",
			async () =>
				(await stand(holder, author.domain)) ===
				(await stand(author, author.domain)),
			{ seconds: 60 },
		);
		assert.equal(await found(holder, "lavoir"), 0);
		const { id } = await author.actor("lavoir");
		await holder.ctl("catalogue", "restore", id);
		assert.equal(await found(holder, "lavoir"), 1);
		assert.match(await copyOf(holder, author.domain), /en eau/);
	});

	test("one's own things are not withheld but edited", async () => {
		const { id } = await author.actor("lavoir");
		const { stderr } = await author.refused("catalogue", "withhold", id);
		assert.match(stderr, /of this node/);
		await author.refused("catalogue", "restore", id);
	});
});

describe("a relay that lies", () => {
	let reader, origin, relay, honest, log, asked;

	// A peer that has an instance actor, as nodes have.
	function instanceOf(peer) {
		const actor = peer.actor("instance", {
			id: `${peer.base}/actor`,
			type: "Application",
		});
		actor.path = "/actor";
		actor.id = `${peer.base}/actor`;
		return actor;
	}

	// Offers the log of the origin, as pageOf(after) makes it.
	function offer(peer, query, pageOf) {
		const rules = [
			peer.on("GET", new RegExp(`^/catalogue\\?after=\\d+${query}$`), (exchange) => {
				const after = Number(/after=(\d+)/.exec(exchange.path)[1]);
				return answers.json(pageOf(after))(exchange);
			}),
			peer.on("GET", /^\/catalogue\/frontier/, (exchange) =>
				answers.json({
					type: "parvis:Frontier",
					"parvis:boot": "1",
					"parvis:cursor": 1,
					"parvis:more": false,
					orderedItems: [log.head()],
				})(exchange),
			),
		];
		return { off: () => rules.forEach((rule) => rule.off()) };
	}

	const thing = (number, members = {}) => ({
		id: `${origin.base}/o/${number}`,
		type: "Group",
		name: `Projet ${number}`,
		...members,
	});
	const since = (after) =>
		log.items().filter((entry) => entry["parvis:seq"] > after);
	const error = async (peer) =>
		(await reader.ctl("peer", "show", peer.domain)).last_error;

	before(async () => {
		[reader, origin, relay, honest] = await Promise.all([
			Node.start("patiente.localhost", { settings }),
			Peer.start("origine.localhost"),
			Peer.start("relais.localhost"),
			Peer.start("honnete.localhost"),
		]);
		const instance = instanceOf(origin);
		instanceOf(relay);
		instanceOf(honest);
		log = new CatalogueLog(origin.domain, instance.ed25519.privateKey);
		for (let i = 1; i <= 3; i++) log.write("Update", thing(i));
		await reader.ctl("peer", "admit", origin.domain);
	});

	after(() => stopAll(reader, origin, relay, honest));

	test("by leaving out an entry it shows nothing and is found out", async () => {
		const lie = offer(relay, `&origin=${origin.domain}`, (after) =>
			log.page(since(after).slice(0, 2)),
		);
		await reader.ctl("peer", "admit", relay.domain);
		await waitFor("the lie to be seen", async () =>
			/count or digest/.test((await error(relay)) ?? ""),
		);
		assert.equal(await stand(reader, origin.domain), undefined);
		const { next_try } = await reader.ctl("peer", "show", relay.domain);
		assert.ok(Date.parse(next_try) > Date.now() + 1800_000, next_try);
		asked = relay.count("GET", /origin=/);
		lie.off();
	});

	test("the rest is got elsewhere", async () => {
		offer(honest, `&origin=${origin.domain}`, (after) =>
			log.page(since(after)),
		);
		await reader.ctl("peer", "admit", honest.domain);
		await waitFor(
			"the log",
			async () => (await stand(reader, origin.domain)) !== undefined,
		);
		const shown = await reader.ctl("peer", "show", origin.domain);
		assert.equal(shown.source, honest.domain);
		assert.equal(shown.entries, 3);
		assert.equal(relay.count("GET", /origin=/), asked, "asked again");
	});

	test("by altering an entry of a push it changes nothing", async () => {
		const held = await stand(reader, origin.domain);
		log.write("Update", thing(4));
		const [entry] = since(3);
		const altered = {
			...entry,
			object: { ...entry.object, name: "Autre chose" },
		};
		const answer = await request(`${reader.base}/catalogue/push`, {
			method: "POST",
			headers: { "content-type": AS2 },
			body: JSON.stringify({
				...log.page([altered]),
				"parvis:after": 3,
				"parvis:sender": relay.domain,
			}),
		});
		assert.equal(answer.status, 202);
		await waitFor("the true entry", async () =>
			(await copyOf(reader, origin.domain)).includes("Projet 4"),
		);
		assert.notEqual(await stand(reader, origin.domain), held);
		assert.doesNotMatch(await copyOf(reader, origin.domain), /Autre chose/);
	});

	test("an old push brings nothing back", async () => {
		const before = { page: log.page(), head: log.head() };
		log.write("Delete", {
			id: `${origin.base}/o/1`,
			type: "Tombstone",
			deleted: "2026-11-27T10:00:00Z",
		});
		await waitFor("the Tombstone", async () =>
			(await copyOf(reader, origin.domain)).includes("Tombstone"),
		);
		const held = await stand(reader, origin.domain);
		const answer = await request(`${reader.base}/catalogue/push`, {
			method: "POST",
			headers: { "content-type": AS2 },
			body: JSON.stringify({ ...before.page, "parvis:after": 0 }),
		});
		assert.equal(answer.status, 202);
		assert.equal(await stand(reader, origin.domain), held);
		assert.match(await copyOf(reader, origin.domain), /Tombstone/);
	});

	test("a push of an origin that nobody admitted is refused", async () => {
		const answer = await request(`${reader.base}/catalogue/push`, {
			method: "POST",
			headers: { "content-type": AS2 },
			body: JSON.stringify({
				"parvis:head": { "parvis:origin": "inconnu.localhost" },
			}),
		});
		assert.equal(answer.status, 403);
	});

	test("an origin that contradicts itself is frozen, and shown as such", async () => {
		const forked = new CatalogueLog(
			origin.domain,
			log.privateKey,
			log.epoch,
		);
		forked.seq = log.seq - 1;
		forked.write("Update", thing(9));
		const push = async () => {
			const answer = await request(`${reader.base}/catalogue/push`, {
				method: "POST",
				headers: { "content-type": AS2 },
				body: JSON.stringify({
					...forked.page(),
					"parvis:after": 0,
					"parvis:sender": honest.domain,
				}),
			});
			assert.equal(answer.status, 202);
		};
		const cursor = async () =>
			(await fetchDocument(`${reader.base}/catalogue/frontier`))[
				"parvis:cursor"
			];
		await push();
		await waitFor("the fork to be seen", async () =>
			/forked/.test(
				(await reader.ctl("peer", "show", origin.domain)).problem ?? "",
			),
		);
		assert.doesNotMatch(await copyOf(reader, origin.domain), /Projet 9/);
		// Whoever shows it again has nothing written.
		const frozen = await cursor();
		for (let i = 0; i < 3; i++) await push();
		await reader.ctl("peer", "neighbour", honest.domain, "yes"); // by the writer
		assert.equal(await cursor(), frozen);
	});
});

describe("a relay that withholds an entry", () => {
	let reader, origin, relay, honest, log;

	const instanceOf = (peer) => {
		const actor = peer.actor("instance", {
			id: `${peer.base}/actor`,
			type: "Application",
		});
		actor.path = "/actor";
		actor.id = `${peer.base}/actor`;
		return actor;
	};
	const thing = (number) => ({
		id: `${origin.base}/o/${number}`,
		type: "Group",
		name: `Fontaine ${number}`,
	});
	const offer = (peer, pageOf) => {
		peer.on("GET", /^\/catalogue\?after=\d+&origin=source/, (exchange) => {
			const after = Number(/after=(\d+)/.exec(exchange.path)[1]);
			return answers.json(
				pageOf(log.items().filter((e) => e["parvis:seq"] > after)),
			)(exchange);
		});
		peer.on("GET", /^\/catalogue\/frontier/, (exchange) =>
			answers.json({
				type: "parvis:Frontier",
				"parvis:boot": "1",
				"parvis:cursor": 1,
				"parvis:more": false,
				orderedItems: [log.head()],
			})(exchange),
		);
	};
	const withheld = (items) => ({
		...log.page(items.filter((e) => e.object.id !== thing(1).id)),
		"parvis:withheld": items
			.filter((e) => e.object.id === thing(1).id)
			.map((e) => ({
				id: e.object.id,
				"parvis:seq": e["parvis:seq"],
				"parvis:hash": createHash("sha256")
					.update(canonical(e))
					.digest("hex"),
			})),
	});
	const names = async () =>
		(await reader.ctl("search", "fontaine")).items.map((i) => i.name).sort();

	before(async () => {
		[reader, origin, relay, honest] = await Promise.all([
			Node.start("curieuse.localhost", { settings }),
			Peer.start("source.localhost"),
			Peer.start("pudique.localhost"),
			Peer.start("entiere.localhost"),
		]);
		log = new CatalogueLog(
			origin.domain,
			instanceOf(origin).ed25519.privateKey,
		);
		instanceOf(relay);
		instanceOf(honest);
		for (let i = 1; i <= 3; i++) log.write("Update", thing(i));
		await reader.ctl("peer", "admit", origin.domain);
	});

	after(() => stopAll(reader, origin, relay, honest));

	test("is no liar: what it hands on is taken, and the lack is told on", async () => {
		offer(relay, withheld);
		await reader.ctl("peer", "admit", relay.domain);
		await waitFor(
			"the log",
			async () => (await stand(reader, origin.domain)) !== undefined,
		);
		assert.deepEqual(await names(), ["Fontaine 2", "Fontaine 3"]);
		assert.equal(
			(await reader.ctl("peer", "show", relay.domain)).last_error,
			null,
		);
		const page = await fetchDocument(
			`${reader.base}/catalogue?origin=${origin.domain}&after=0`,
		);
		assert.equal(page.orderedItems.length, 2);
		assert.deepEqual(
			page["parvis:withheld"],
			withheld(log.items())["parvis:withheld"],
		);
	});

	test("is passed over as soon as another has it whole", async () => {
		offer(honest, (items) => log.page(items));
		await reader.ctl("peer", "admit", honest.domain);
		log.write("Update", thing(4));
		await waitFor("all of it", async () => (await names()).length === 4, {
			seconds: 60,
		});
		const page = await fetchDocument(
			`${reader.base}/catalogue?origin=${origin.domain}&after=0`,
		);
		assert.equal(page["parvis:withheld"], undefined);
	});

	test("by a push has the log read elsewhere, not taken with a hole", async () => {
		const after = log.seq;
		log.write("Update", { ...thing(1), name: "Fontaine claire" });
		const since = log.items().filter((e) => e["parvis:seq"] > after);
		const answer = await request(`${reader.base}/catalogue/push`, {
			method: "POST",
			headers: { "content-type": AS2 },
			body: JSON.stringify({
				...withheld(since),
				"parvis:after": after,
				"parvis:sender": relay.domain,
			}),
		});
		assert.equal(answer.status, 202);
		await waitFor("the new name", async () =>
			(await names()).includes("Fontaine claire"),
		);
		assert.ok(
			(await copyOf(reader, origin.domain)).includes("Fontaine claire"),
		);
	});
});

describe("an origin whose clock is ahead", () => {
	let reader, origin;

	before(async () => {
		[reader, origin] = await Promise.all([
			Node.start("horlogere.localhost", { settings }),
			Peer.start("pressee.localhost"),
		]);
		const instance = origin.actor("instance", {
			id: `${origin.base}/actor`,
			type: "Application",
		});
		instance.path = "/actor";
		instance.id = `${origin.base}/actor`;
		const log = new CatalogueLog(
			origin.domain,
			instance.ed25519.privateKey,
			Math.floor(Date.now() / 1000) + 3600,
		);
		log.write("Update", { id: `${origin.base}/o/1`, type: "Group", name: "X" });
		origin.on("GET", /^\/catalogue\?after=0$/, (exchange) =>
			answers.json(log.page())(exchange),
		);
		origin.on("GET", /^\/catalogue\/frontier/, (exchange) =>
			answers.json({
				type: "parvis:Frontier",
				"parvis:boot": "1",
				"parvis:cursor": 1,
				"parvis:more": false,
				orderedItems: [log.head()],
			})(exchange),
		);
	});

	after(() => stopAll(reader, origin));

	test("is not read, and the administrator sees why", async () => {
		await reader.ctl("peer", "admit", origin.domain);
		await waitFor("the fault", async () =>
			/^ahead: /.test(
				(await reader.ctl("peer", "show", origin.domain)).last_error ?? "",
			),
		);
		assert.equal(await stand(reader, origin.domain), undefined);
		assert.match((await reader.ctl("status")).attention.join(), /clock/);
	});
});

describe("a catalogue of two pages", () => {
	let reader, origin, hold, log;

	before(async () => {
		[reader, origin] = await Promise.all([
			Node.start("assidue.localhost", { settings }),
			Peer.start("longue.localhost"),
		]);
		const instance = origin.actor(origin.domain, { type: "Application" });
		instance.path = "/actor";
		instance.id = `${origin.base}/actor`;
		log = new CatalogueLog(origin.domain, instance.ed25519.privateKey);
		for (const n of [1, 2, 3])
			log.write("Update", {
				id: `${origin.base}/o/${n}`,
				type: "Group",
				name: `Projet ${n}`,
			});
		const [first, second, third] = log.items();
		hold = Promise.withResolvers();
		origin.on("GET", /^\/catalogue\?after=0$/, (exchange) =>
			answers.json(
				log.page([first, second], log.head(), {
					next: `${origin.base}/catalogue?after=2`,
				}),
			)(exchange),
		);
		origin.on("GET", /^\/catalogue\?after=2$/, async (exchange) => {
			await hold.promise;
			return answers.json(log.page([third], log.head(), { after: 2 }))(
				exchange,
			);
		});
	});

	after(() => stopAll(reader, origin));

	test("shows how far it is while it is read", async () => {
		await reader.ctl("peer", "admit", origin.domain);
		const shown = await waitFor("the first page", async () => {
			const peer = await reader.ctl("peer", "show", origin.domain);
			return peer.reading !== undefined && peer;
		});
		assert.equal(shown.reading, 2);
		assert.equal(shown.reading_of, 3);
		assert.equal(shown.entries, undefined, "nothing is kept of a half");
	});

	test("and is there as a whole, and read no more, once it is", async () => {
		hold.resolve();
		const shown = await waitFor("the whole of it", async () => {
			const peer = await reader.ctl("peer", "show", origin.domain);
			return peer.entries !== undefined && peer;
		});
		assert.equal(shown.entries, 3);
		await waitFor("the end of reading", async () => {
			const peer = await reader.ctl("peer", "show", origin.domain);
			return peer.reading === undefined;
		});
	});
});
