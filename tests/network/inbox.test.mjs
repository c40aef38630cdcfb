// SPDX-License-Identifier: ISC
// What comes in: who may say what, what is done once however often it is
// said, and what is politely ignored.
import assert from "node:assert/strict";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { AS2, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { Peer } from "./lib/peer.mjs";
import { neverBefore, waitFor } from "./lib/wait.mjs";

let node, peer, other, alice, mallory, paul;

before(async () => {
	[node, peer, other] = await Promise.all([
		Node.start("noeud.localhost"),
		Peer.start("amie.localhost"),
		Peer.start("malice.localhost"),
	]);
	alice = peer.actor("alice");
	mallory = other.actor("mallory");
	paul = await node.profile("paul");
	await node.ctl("follow", "paul", alice.id);
	await node.ctl("follow", "paul", mallory.id);
	for (const [from, actor] of [
		[peer, alice],
		[other, mallory],
	]) {
		const follow = await waitFor("our Follow", () => from.received("Follow")[0]);
		await tell(actor, actor.activity("Accept", follow));
		await node.followState("paul", actor.id, "accepted");
	}
});

after(() => stopAll(node, peer, other));

async function tell(actor, activity, status = 202, how) {
	const answer = await actor.post(node.inbox, activity, how);
	assert.equal(answer.status, status, answer.body);
	return answer;
}

const timeline = async () => JSON.stringify(await node.timeline("paul"));

// A later post of a friend that arrives shows that what came before was done.
async function settled() {
	const mark = `repère ${Math.random()}`;
	await tell(alice, alice.activity("Create", alice.note(mark)));
	return async () => (await timeline()).includes(mark);
}

test("a post of whom we follow is shown", async () => {
	await tell(alice, alice.activity("Create", alice.note("Premier mot")));
	await node.shows("paul", "Premier mot");
});

test("the same activity again answers 202 and changes nothing", async () => {
	const create = alice.activity("Create", alice.note("Une seule fois"));
	await tell(alice, create);
	await node.shows("paul", "Une seule fois");
	for (let i = 0; i < 3; i++) await tell(alice, create);
	const shown = (await node.timeline("paul")).filter((item) =>
		JSON.stringify(item).includes("Une seule fois"),
	);
	assert.equal(shown.length, 1);
});

test("a post of whom we do not follow is not shown", async () => {
	const stranger = peer.actor("inconnue");
	await tell(stranger, stranger.activity("Create", stranger.note("Réclame")));
	await neverBefore(
		"the advertisement",
		async () => (await timeline()).includes("Réclame"),
		await settled(),
	);
});

test("nobody posts in another's name", async () => {
	const forged = {
		...mallory.note("Faux"),
		attributedTo: alice.id,
		id: peer.id("note"),
	};
	const answer = await mallory.post(
		node.inbox,
		mallory.activity("Create", forged),
	);
	assert.equal(answer.status, 403, answer.body);
	await neverBefore(
		"the forged post",
		async () => (await timeline()).includes("Faux"),
		await settled(),
	);
});

test("nobody signs for another actor", async () => {
	const create = alice.activity("Create", alice.note("Pas de moi"));
	const answer = await mallory.post(node.inbox, create);
	assert.equal(answer.status, 401, answer.body);
});

test("an author edits and deletes; others cannot", async () => {
	const note = alice.note("Brouillon");
	await tell(alice, alice.activity("Create", note));
	await node.shows("paul", "Brouillon");

	const later = new Date(Date.now() + 1000).toISOString();
	const changed = { ...note, content: "Usurpé", updated: later };
	for (const type of ["Update", "Delete"]) {
		const answer = await mallory.post(
			node.inbox,
			mallory.activity(type, type === "Delete" ? note.id : changed),
		);
		assert.equal(answer.status, 403, answer.body);
	}
	await tell(
		alice,
		alice.activity("Update", { ...note, content: "Au propre", updated: later }),
	);
	await node.shows("paul", "Au propre");
	await tell(alice, alice.activity("Delete", { id: note.id, type: "Tombstone" }));
	await node.shows("paul", "Au propre", false);
	await tell(alice, alice.activity("Create", note));
	await neverBefore(
		"a deleted post that comes back",
		async () => (await timeline()).includes("Brouillon"),
		await settled(),
	);
});

test("an older edit does not undo a newer one", async () => {
	// In the past: a time to come counts as now, and now goes on.
	const at = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
	const note = alice.note("v1", { published: at(-60) });
	await tell(alice, alice.activity("Create", note));
	const edit = (content, updated) =>
		tell(alice, alice.activity("Update", { ...note, content, updated }));
	await edit("version trois", at(-10));
	await edit("version deux", at(-20));
	await node.shows("paul", "version trois");
	assert.doesNotMatch(await timeline(), /version deux/);
});

test("a Delete that overtakes its Create wins", async () => {
	const note = alice.note("Trop tard");
	await tell(alice, alice.activity("Delete", note.id));
	await tell(alice, alice.activity("Create", note));
	await neverBefore(
		"the deleted post",
		async () => (await timeline()).includes("Trop tard"),
		await settled(),
	);
});

test("an Accept that nobody waits for opens nothing", async () => {
	const stranger = peer.actor("pressee");
	const invented = {
		id: `${node.base}/a/invented`,
		type: "Follow",
		actor: paul.id,
		object: stranger.id,
	};
	await stranger.post(node.inbox, stranger.activity("Accept", invented));
	const { items } = await node.ctl("follow", "list", "paul");
	assert.ok(!items.some((i) => i.actor === stranger.id));
});

test("types that mean nothing here are ignored politely", async () => {
	await tell(alice, alice.activity("Arrive", "https://example.com/place"));
	await tell(alice, alice.activity("Zorglub", alice.note("quoi")));
});

test("a Follow of an actor that is not here is ignored", async () => {
	await tell(alice, alice.activity("Follow", "https://example.com/users/x"));
});

test("Undo of a Follow takes the follower away", async () => {
	const follow = alice.activity("Follow", paul.id);
	await tell(alice, follow);
	assert.equal((await node.followers("paul")).length, 1);
	await waitFor("our Accept", () =>
		peer.received("Accept").some((a) => (a.object.id ?? a.object) === follow.id),
	);
	await tell(alice, alice.activity("Undo", follow));
	assert.equal((await node.followers("paul")).length, 0);
});

test("an actor that is deleted disappears with its posts", async () => {
	const leaving = peer.actor("partante");
	await node.ctl("follow", "paul", leaving.id);
	const follow = await waitFor("our Follow", () =>
		peer.received("Follow").find((a) => (a.object.id ?? a.object) === leaving.id),
	);
	await tell(leaving, leaving.activity("Accept", follow));
	await tell(leaving, leaving.activity("Create", leaving.note("Adieu")));
	await node.shows("paul", "Adieu");
	await tell(leaving, leaving.activity("Delete", leaving.id));
	await node.shows("paul", "Adieu", false);
});

test("what is not an activity is refused with a reason", async () => {
	for (const [body, status] of [
		["{", 400],
		["[]", 400],
		['{"type":"Create"}', 400],
		[`{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`, 400],
	]) {
		const answer = await alice.post(node.inbox, undefined, { body });
		assert.equal(answer.status, status, `${body.slice(0, 20)}: ${answer.body}`);
		assert.ok(answer.body.length > 0);
	}
});

test("a body that is too large answers 413, another type 415", async () => {
	const large = await alice.post(node.inbox, undefined, {
		body: JSON.stringify({ filler: "x".repeat(2 * 1024 * 1024) }),
	});
	assert.equal(large.status, 413);
	const text = await request(node.inbox, {
		method: "POST",
		headers: { "content-type": "text/plain" },
		body: "bonjour",
	});
	assert.equal(text.status, 415);
});

test("scripts and handlers in a post do not survive", async () => {
	const content =
		'<p onclick="x()">Bonjour <script>alert(1)</script>' +
		'<a href="javascript:alert(2)">ici</a><img src=x onerror=alert(3)></p>';
	await tell(alice, alice.activity("Create", alice.note(content)));
	await node.shows("paul", "Bonjour");
	assert.doesNotMatch(
		await timeline(),
		/onclick|<script|javascript:|onerror|alert\(/,
	);
});

test("a sender that was forgotten is read again", async () => {
	const stranger = peer.actor("oubliee");
	const post = async () =>
		(await stranger.post(node.inbox, stranger.activity("Like", peer.id())))
			.status;
	assert.equal(await post(), 202); // its key is in memory now
	const db = new DatabaseSync(path.join(node.dir, "parvis.db"), {
		timeout: 60_000,
	});
	const { id } = db
		.prepare("SELECT id FROM actor WHERE uri = ?")
		.get(stranger.id);
	db.exec(`BEGIN IMMEDIATE; DELETE FROM actor_key WHERE actor_id = ${id};
		DELETE FROM actor WHERE id = ${id}; COMMIT`);
	db.close();
	const seen = new Set();
	await waitFor("it to be known again", async () => {
		seen.add(await post());
		return seen.has(202);
	});
	seen.delete(202);
	seen.delete(503); // come again
	assert.deepEqual([...seen], []);
});

test("a post that arrived long ago is forgotten", async () => {
	await tell(alice, alice.activity("Create", alice.note("Il y a longtemps")));
	await node.shows("paul", "Il y a longtemps");
	await tell(alice, alice.activity("Create", alice.note("Cette année")));
	await node.shows("paul", "Cette année");
	await node.stop();
	const db = new DatabaseSync(path.join(node.dir, "parvis.db"));
	const year = 366 * 86400;
	const { changes } = db
		.prepare(
			"UPDATE object SET received_at = received_at - ? WHERE content LIKE ?",
		)
		.run(year, "%longtemps%");
	db.close();
	assert.equal(changes, 1);
	await node.up();
	await node.shows("paul", "Il y a longtemps", false);
	assert.match(await timeline(), /Cette année/);
});

test("the node is alive after all this", async () => {
	const answer = await request(paul.id, { headers: { accept: AS2 } });
	assert.equal(answer.status, 200);
});
