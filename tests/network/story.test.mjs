// SPDX-License-Identifier: ISC
// What somebody elsewhere published, read from their outbox: when their page
// is opened here, and when somebody here follows them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { PUBLIC, Peer, answers } from "./lib/peer.mjs";
import { waitFor } from "./lib/wait.mjs";

const DAY = 86400_000;
const NOTES_MAX = 50;

let node, peer;

before(async () => {
	[node, peer] = await Promise.all([
		Node.start("ici.localhost", {
			settings: { "federation.reread_seconds": "3600" },
		}),
		Peer.start("pair.localhost"),
	]);
	await node.profile("lea");
});

after(() => stopAll(node, peer));

const page = async (actor) => {
	const answer = await request(
		`${node.base}/remote?id=${encodeURIComponent(actor.id)}`,
		{ headers: { accept: "text/html" } },
	);
	assert.equal(answer.status, 200, answer.body);
	return answer.body;
};

const shows = (actor, text, shown = true) =>
	waitFor(`${text} on the page of ${actor.username}: ${shown}`, async () => {
		const body = await page(actor);
		return body.includes(text) === shown && body;
	});

// Somebody who wishes to be found, known here, with this outbox.
async function known(username, outbox) {
	const actor = peer.actor(username, { discoverable: true });
	publish(actor, outbox);
	const sent = await request(`${node.base}/lookup`, {
		method: "POST",
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: new URLSearchParams({ uri: actor.id }).toString(),
	});
	assert.equal(sent.status, 303, sent.body);
	return actor;
}

function publish(actor, items) {
	const id = `${actor.id}/outbox`;
	peer.publish({
		"@context": "https://www.w3.org/ns/activitystreams",
		id,
		type: "OrderedCollection",
		...(Array.isArray(items) ? { orderedItems: items } : items),
	});
}

const create = (actor, object, members) =>
	actor.activity("Create", object, { to: [PUBLIC], ...members });

const note = (actor, content, age = 0, members = {}) =>
	actor.note(content, {
		published: new Date(Date.now() - age).toISOString(),
		...members,
	});

describe("the story of somebody elsewhere", () => {
	test("is read when their page is opened, newest first", async () => {
		const actor = await known("conteuse", []);
		publish(actor, [
			create(actor, note(actor, "la troisième", DAY)),
			create(actor, note(actor, "la deuxième", 2 * DAY)),
			create(actor, note(actor, "la première", 3 * DAY)),
		]);
		const body = await shows(actor, "la première");
		const places = ["la troisième", "la deuxième", "la première"].map((t) =>
			body.indexOf(t),
		);
		assert.ok(places.every((at, i) => at > (places[i - 1] ?? 0)), `${places}`);
	});

	test("is read once in a while, whoever opens the page", async () => {
		const actor = await known("visitee", []);
		const first = note(actor, "une seule fois");
		publish(actor, [create(actor, first)]);
		await shows(actor, "une seule fois");
		for (let i = 0; i < 10; i++) await page(actor);
		assert.equal(peer.count("GET", `${actor.path}/outbox`), 1);
		assert.ok(peer.count("GET", actor.path) <= 2);
	});

	test("does not keep the page waiting", async () => {
		const actor = await known("lente", []);
		const rule = peer.on("GET", `${actor.path}/outbox`, answers.hang());
		const began = Date.now();
		await page(actor);
		await waitFor("its outbox to be asked for", () =>
			peer.count("GET", `${actor.path}/outbox`),
		);
		await page(actor);
		assert.ok(Date.now() - began < 20_000);
		rule.off();
	});

	test("has what is public, by that actor, and nothing else", async () => {
		const other = peer.actor("autre");
		const actor = await known("integre", []);
		const follows = [`${actor.id}/followers`];
		publish(actor, [
			create(actor, note(actor, "bien à elle")),
			create(actor, note(other, "d’une autre")),
			create(other, note(actor, "créée par une autre")),
			create(actor, note(actor, "pour ses abonnés", 0, { to: follows, cc: [] })),
			create(actor, note(actor, "en privé", 0, { to: [], cc: [] })),
			create(actor, {
				...note(actor, "venue d’ailleurs"),
				id: "https://ailleurs.example/note/1",
			}),
			actor.activity("Announce", note(other, "relayée"), { to: [PUBLIC] }),
			note(actor, "sans activité"),
			"https://ailleurs.example/note/2",
			null,
			[[]],
			{ type: "Create" },
			create(actor, note(actor, "<script>alert(1)</script>sans script")),
		]);
		const body = await shows(actor, "sans script");
		assert.ok(body.includes("bien à elle"));
		assert.ok(body.includes("sans activité"));
		for (const text of [
			"d’une autre",
			"créée par une autre",
			"pour ses abonnés",
			"en privé",
			"venue d’ailleurs",
			"relayée",
			"alert(1)",
		])
			assert.ok(!body.includes(text), text);
	});

	test("is read where it lives when the outbox only names it", async () => {
		const actor = await known("laconique", []);
		const named = note(actor, "nommée seulement");
		publish(actor, [create(actor, named.id)]);
		await shows(actor, "nommée seulement");
	});

	test("ends at the latest fifty, however long it is", async () => {
		const actor = await known("prolixe", []);
		const pages = 20;
		let asked = 0;
		peer.documents.set(`${actor.path}/outbox`, () => ({
			id: `${actor.id}/outbox`,
			type: "OrderedCollection",
			totalItems: 10_000,
			first: `${actor.id}/outbox/0`,
		}));
		for (let p = 0; p < pages; p++)
			peer.documents.set(`${actor.path}/outbox/${p}`, () => {
				asked++;
				return {
					id: `${actor.id}/outbox/${p}`,
					type: "OrderedCollectionPage",
					next: `${actor.id}/outbox/${(p + 1) % pages}`,
					orderedItems: Array.from({ length: 20 }, (_, i) =>
						create(actor, {
							id: `${actor.id}/notes/${p}-${i}`,
							type: "Note",
							attributedTo: actor.id,
							to: [PUBLIC],
							published: new Date(
								Date.now() - (p * 20 + i) * 3600_000,
							).toISOString(),
							content: `numéro ${p * 20 + i}.`,
						}),
					),
				};
			});
		await shows(actor, "numéro 0.");
		assert.equal(asked, 3);
		const { items } = await walk(actor);
		assert.equal(items, NOTES_MAX);
	});

	for (const [what, outbox] of [
		["goes round in circles", (a) => ({ next: `${a.id}/outbox` })],
		["leads elsewhere", () => ({ next: "https://ailleurs.example/outbox" })],
		["is no collection", () => ({ type: "Note" })],
		["has 20,000 items", () => ({ orderedItems: Array(20000).fill("x") })],
	])
		test(`costs little when the outbox ${what}`, async () => {
			const actor = await known(`piege-${what.replace(/\W/g, "")}`, []);
			publish(actor, { orderedItems: [], ...outbox(actor) });
			await page(actor);
			await waitFor("its outbox to be read", () =>
				peer.count("GET", `${actor.path}/outbox`),
			);
			// Another one is read meanwhile, so that this one had its time.
			const next = await known(`apres-${actor.username}`, []);
			publish(next, [create(next, note(next, "et la suite"))]);
			await shows(next, "et la suite");
			assert.ok(peer.count("GET", `${actor.path}/outbox`) <= 8);
			await node.ctl("status");
		});

	test("comes with what its actor says of itself now", async () => {
		const actor = await known("changeante", []);
		await shows(actor, "changeante of pair.localhost");
		await waitFor("it to be read", () =>
			peer.count("GET", `${actor.path}/outbox`),
		);
		actor.members.name = "Un nouveau nom";
		assert.ok(!(await page(actor)).includes("Un nouveau nom"));
		await soon(actor);
		await shows(actor, "Un nouveau nom");
	});

	test("stays as it was while its server has nothing to say", async () => {
		const actor = await known("absente", []);
		publish(actor, [create(actor, note(actor, "ce qui fut dit"))]);
		await shows(actor, "ce qui fut dit");
		const rules = [
			peer.on("GET", actor.path, answers.status(410)),
			peer.on("GET", `${actor.path}/outbox`, answers.status(410)),
		];
		const asked = peer.count("GET", actor.path);
		node.configure({ "federation.reread_seconds": "1" });
		await node.restart();
		await waitFor("it to be asked for", async () => {
			await page(actor);
			return peer.count("GET", actor.path) > asked;
		});
		assert.match(await page(actor), /ce qui fut dit/);
		for (const rule of rules) rule.off();
		node.configure({ "federation.reread_seconds": "3600" });
		await node.ctl("reload");
	});

	test("loses what was deleted there while nobody told us", async () => {
		const actor = await known("repentie", []);
		const stays = note(actor, "celle qui reste", DAY);
		const goes = note(actor, "celle qui part", 2 * DAY);
		publish(actor, [create(actor, stays), create(actor, goes)]);
		await shows(actor, "celle qui part");
		publish(actor, [create(actor, stays)]);
		peer.documents.delete(new URL(goes.id).pathname);
		await soon(actor);
		await shows(actor, "celle qui part", false);
		await shows(actor, "celle qui reste");
	});

	test("keeps what is still there though the outbox leaves it out", async () => {
		const actor = await known("oublieuse", []);
		const one = note(actor, "toujours là", DAY);
		publish(actor, [create(actor, one)]);
		await shows(actor, "toujours là");
		publish(actor, [create(actor, note(actor, "une de plus"))]);
		await soon(actor);
		await shows(actor, "une de plus");
		await shows(actor, "toujours là");
	});

	test("shows what answers in a thread that its server offers", async () => {
		const actor = await known("bavarde", []);
		const voisin = peer.actor("voisin");
		const context = peer.id("context");
		const post = note(actor, "une question", DAY, { context });
		const answer = voisin.note("une réponse publique", {
			inReplyTo: post.id,
			context,
		});
		const whispered = voisin.note("une réponse privée", {
			inReplyTo: post.id,
			to: [actor.id],
			cc: [],
		});
		peer.publish({
			id: context,
			type: "OrderedCollection",
			attributedTo: actor.id,
			orderedItems: [post.id, answer.id, whispered.id, "urn:x", 7],
		});
		publish(actor, [create(actor, post)]);
		const body = await shows(actor, "une réponse publique");
		assert.ok(body.indexOf("une question") < body.indexOf("une réponse"));
		assert.ok(body.includes("voisin of pair.localhost"));
		assert.ok(!body.includes("une réponse privée"));
	});

	test("takes no more of a thread than a few answers", async () => {
		const actor = await known("populaire", []);
		const voisin = peer.actor("foule");
		const context = peer.id("context");
		const post = note(actor, "tout le monde répond", DAY, { context });
		const ids = Array.from(
			{ length: 60 },
			(_, i) => voisin.note(`réponse ${i}`, { inReplyTo: post.id }).id,
		);
		peer.publish({ id: context, type: "Collection", items: ids });
		publish(actor, [create(actor, post)]);
		await shows(actor, "réponse 19");
		const read = ids.filter((id) => peer.count("GET", new URL(id).pathname));
		assert.equal(read.length, 20);
	});

	test("is on the home page of who begins to follow", async () => {
		const actor = peer.actor("suivie");
		publish(actor, [
			create(actor, note(actor, "d’avant le suivi", 40 * DAY)),
			create(actor, note(actor, "de plus tôt", 50 * DAY)),
		]);
		await node.ctl("follow", "lea", actor.id);
		const follow = await waitFor("the Follow to come", () =>
			peer.received("Follow").find((f) => f.object === actor.id),
		);
		assert.equal(peer.count("GET", `${actor.path}/outbox`), 0);
		await actor.post(node.inbox, actor.activity("Accept", follow));
		await node.shows("lea", "de plus tôt");
		const items = await node.timeline("lea");
		const at = (text) =>
			items.findIndex((i) => JSON.stringify(i).includes(text));
		assert.ok(at("d’avant le suivi") < at("de plus tôt"));
	});
});

// Has the next opening of the page read it again.
async function soon(actor) {
	node.configure({ "federation.reread_seconds": "1" });
	await node.restart();
	await waitFor("it to be read again", async () => {
		const before = peer.count("GET", `${actor.path}/outbox`);
		await page(actor);
		return before > 1;
	});
	node.configure({ "federation.reread_seconds": "3600" });
	await node.ctl("reload");
}

// How many notes stand on all pages of a story.
async function walk(actor) {
	let url = `/remote?id=${encodeURIComponent(actor.id)}`;
	let items = 0;
	while (url) {
		const { body } = await request(`${node.base}${url}`, {
			headers: { accept: "text/html" },
		});
		items += body.split('<article class="note">').length - 1;
		url = body.match(/href="([^"]*before=[^"]*)"/)?.[1].replace(/&amp;/g, "&");
	}
	return { items };
}
