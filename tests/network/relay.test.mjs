// SPDX-License-Identifier: ISC
// Servers subscribe to the relay (FEP-ae0c), in Mastodon's way and in
// LitePub's, and hear of what the territory passes on.
import assert from "node:assert/strict";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { PUBLIC, fetchDocument, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { Peer } from "./lib/peer.mjs";
import { neverBefore, waitFor } from "./lib/wait.mjs";

let node, relay;
const peers = [];

before(async () => {
	node = await Node.start("pays.localhost", { title: "Up Pays" });
	await node.project("ecocentre");
	relay = await waitFor("the relay's keys", () =>
		fetchDocument(`${node.base}/relay`),
	);
});

after(() => stopAll(node, ...peers));

// A server with the actor that subscribes for it, as Mastodon has it at
// /actor and Pleroma at /relay.
async function server(name, at) {
	const peer = await Peer.start(`${name}.localhost`);
	peers.push(peer);
	const actor = peer.actor(at.slice(1), { type: "Application" });
	actor.path = at;
	actor.id = peer.base + at;
	actor.inbox = `${actor.id}/inbox`;
	return { peer, actor, domain: peer.domain };
}

// Mastodon's Follow, as app/models/relay.rb writes it.
function mastodonFollow({ peer, actor }) {
	return {
		"@context": "https://www.w3.org/ns/activitystreams",
		id: peer.id("payloads"),
		type: "Follow",
		actor: actor.id,
		object: PUBLIC,
	};
}

const answer = ({ peer }, type, follow) =>
	waitFor(`${type} at ${peer.name}`, () =>
		peer.received(type).find((a) => a.object.id === follow.id),
	);

const announced = ({ peer }, uri, by = relay) =>
	peer
		.received("Announce")
		.find((a) => a.object === uri && a.actor === by.id);

async function subscription({ domain }) {
	const { items } = await node.ctl("relay", "list");
	return items.find((i) => i.domain === domain);
}

describe("the actor", () => {
	test("is an Application at /relay, found by its name", async () => {
		assert.equal(relay.id, `${node.base}/relay`);
		assert.equal(relay.type, "Application");
		assert.equal(relay.inbox, `${node.base}/relay/inbox`);
		const found = (await node.webfinger("relay")).json();
		assert.equal(found.subject, `acct:relay@${node.domain}`);
		assert.equal(found.links.find((l) => l.rel === "self").href, relay.id);
	});

	test("is not the one that signs fetches, found by the host's name", async () => {
		for (const name of [node.domain, "instance"]) {
			const found = (await node.webfinger(name)).json();
			const { href } = found.links.find((l) => l.rel === "self");
			assert.equal(href, `${node.base}/actor`);
		}
	});

	test("its page says which address to give", async () => {
		const page = await request(`${node.base}/@relay`, {
			headers: { accept: "text/html" },
		});
		assert.equal(page.status, 200);
		assert.ok(page.body.includes(relay.inbox));
	});

	test("a database of before gets it at the start", async () => {
		const old = await Node.create("ancien.localhost", { title: "Up Ancien" });
		const db = new DatabaseSync(path.join(old.dir, "parvis.db"));
		const sql = "(SELECT id FROM actor WHERE kind = 5)";
		db.exec(`DELETE FROM actor_key WHERE actor_id = ${sql};
			DELETE FROM actor WHERE kind = 5;`);
		db.close();
		await old.up();
		peers.push(old);
		const made = await waitFor("its keys", () =>
			fetchDocument(`${old.base}/relay`),
		);
		assert.equal(made.name, "Relais Up Ancien");
	});
});

describe("Mastodon's way", () => {
	let mastodon, follow;

	before(async () => {
		mastodon = await server("mastodon", "/actor");
	});

	test("a Follow of everybody at the relay's inbox is accepted by its id", async () => {
		follow = mastodonFollow(mastodon);
		const sent = await mastodon.actor.post(relay.inbox, follow);
		assert.equal(sent.status, 202);
		const accept = await answer(mastodon, "Accept", follow);
		assert.equal(accept.actor, relay.id);
		assert.equal(accept.object.object, PUBLIC);
		assert.equal((await subscription(mastodon)).manner, "mastodon");
	});

	test("an update arrives as the id alone, and can be read there", async () => {
		const update = await node.publish("ecocentre", "Le verger est planté.");
		const announce = await waitFor("the Announce", () =>
			announced(mastodon, update),
		);
		assert.deepEqual(announce.to, [PUBLIC]);
		assert.match((await fetchDocument(update)).content, /verger/);
		// Those of the territory go to its own followers.
		assert.equal(mastodon.peer.received("Announce").length, 1);
		assert.equal(mastodon.peer.received("Create").length, 0);
	});

	test("an edit and the end come from the author", async () => {
		const update = await node.publish("ecocentre", "Encore un mot.");
		await node.ctl("update", "edit", update, "--text", "Un autre mot.");
		await node.ctl("update", "delete", update);
		const project = await node.actor("ecocentre");
		for (const type of ["Update", "Delete"]) {
			const told = await waitFor(`the ${type}`, () =>
				mastodon.peer
					.received(type)
					.find((a) => a.object.id === update),
			);
			assert.equal(told.actor, project.id);
		}
	});

	test("what answers, or is not public, is not passed on", async () => {
		const quiet = await node.publish(
			"ecocentre",
			"Entre nous.",
			...["--visibility", "unlisted"],
		);
		const next = await node.publish("ecocentre", "Pour tous.");
		await neverBefore(
			"the Announce of an unlisted update",
			() => announced(mastodon, quiet),
			() => announced(mastodon, next),
		);
	});

	test("its Undo ends it", async () => {
		await mastodon.actor.post(
			relay.inbox,
			mastodon.actor.activity("Undo", follow),
		);
		await waitFor("the end", async () => !(await subscription(mastodon)));
	});

	// Mastodon takes nothing from a relay whose inbox is not what was typed.
	test("a Follow of everybody at the shared inbox is rejected", async () => {
		const again = mastodonFollow(mastodon);
		await mastodon.actor.post(node.inbox, again);
		const reject = await answer(mastodon, "Reject", again);
		assert.equal(reject.actor, relay.id);
		assert.equal(await subscription(mastodon), undefined);
	});
});

describe("LitePub's way", () => {
	let pleroma, follow;

	before(async () => {
		pleroma = await server("pleroma", "/relay");
	});

	test("a Follow of the relay is accepted and followed back", async () => {
		follow = pleroma.actor.activity("Follow", relay.id, { to: [relay.id] });
		await pleroma.actor.post(node.inbox, follow);
		await answer(pleroma, "Accept", follow);
		const back = await waitFor("the Follow", () =>
			pleroma.peer.received("Follow").at(0),
		);
		assert.equal(back.actor, relay.id);
		assert.equal(back.object, pleroma.actor.id);
		await pleroma.actor.post(
			relay.inbox,
			pleroma.actor.activity("Accept", back),
		);
		await waitFor("the answer to be noted", async () => {
			const seen = await subscription(pleroma);
			return seen.manner === "litepub" && seen.followed_back === "accepted";
		});
	});

	test("an update arrives as the id alone", async () => {
		const update = await node.publish("ecocentre", "Le puits est creusé.");
		await waitFor("the Announce", () => announced(pleroma, update));
	});

	test("what it announces is neither read nor passed on", async () => {
		const gets = () =>
			pleroma.peer.requests.filter((r) => r.path.startsWith("/note/"));
		const note = pleroma.actor.note("Une nouvelle d’ailleurs");
		await pleroma.actor.post(
			relay.inbox,
			pleroma.actor.activity("Announce", note.id, { to: [PUBLIC] }),
		);
		const update = await node.publish("ecocentre", "Le four est chaud.");
		await neverBefore(
			"a GET of what was announced",
			() => gets().length > 0 || announced(pleroma, note.id),
			() => announced(pleroma, update),
		);
	});

	test("its Undo ends both directions", async () => {
		await pleroma.actor.post(
			relay.inbox,
			pleroma.actor.activity("Undo", follow),
		);
		const undo = await waitFor("the Undo", () =>
			pleroma.peer.received("Undo").at(0),
		);
		assert.equal(undo.object.object, pleroma.actor.id);
		assert.equal(await subscription(pleroma), undefined);
	});
});

describe("the administrator decides", () => {
	let friend, stranger;

	before(async () => {
		friend = await server("amie", "/actor");
		stranger = await server("inconnue", "/actor");
	});

	test("a server that was refused is rejected, and its subscription ends", async () => {
		const first = mastodonFollow(stranger);
		await stranger.actor.post(relay.inbox, first);
		await answer(stranger, "Accept", first);
		await node.ctl("relay", "reject", stranger.domain);
		await answer(stranger, "Reject", first);
		const again = mastodonFollow(stranger);
		await stranger.actor.post(relay.inbox, again);
		await answer(stranger, "Reject", again);
		const seen = await subscription(stranger);
		assert.equal(seen.state, null);
		assert.equal(seen.rule, "reject");
	});

	test("what was decided can be forgotten", async () => {
		await node.ctl("relay", "forget", stranger.domain);
		const { code } = await node.refused("relay", "forget", stranger.domain);
		assert.equal(code, 4);
		const again = mastodonFollow(stranger);
		await stranger.actor.post(relay.inbox, again);
		await answer(stranger, "Accept", again);
	});

	test("a relay that is not open lets wait until one is accepted", async () => {
		node.configure({ "relay.open": "no" });
		await node.ctl("reload");
		const follow = mastodonFollow(friend);
		await friend.actor.post(relay.inbox, follow);
		await waitFor("it to wait", async () => {
			return (await subscription(friend))?.state === "pending";
		});
		assert.deepEqual(friend.peer.received(), []);
		await node.ctl("relay", "accept", friend.domain);
		await answer(friend, "Accept", follow);
		assert.equal((await subscription(friend)).state, "accepted");
	});

	test("a relay that is not in use rejects and announces nothing", async () => {
		node.configure({ "relay.enabled": "no" });
		await node.ctl("reload");
		const update = await node.publish("ecocentre", "Sans relais.");
		const again = mastodonFollow(friend);
		await friend.actor.post(relay.inbox, again);
		await answer(friend, "Reject", again);
		assert.equal(announced(friend, update), undefined);
	});
});
