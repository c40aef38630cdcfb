// SPDX-License-Identifier: ISC
// Followers synchronisation (FEP-8fcf): two servers that disagree about who
// follows whom find out and agree again.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { Node, stopAll } from "./lib/node.mjs";
import { Peer, answers } from "./lib/peer.mjs";
import { waitFor } from "./lib/wait.mjs";

let node, peer, project;

before(async () => {
	[node, peer] = await Promise.all([
		Node.start("noeud.localhost"),
		Peer.start("pair.localhost"),
	]);
	project = await node.project("projet");
});

after(() => stopAll(node, peer));

// XOR of the SHA-256 of each id, as the text defines it.
function digestOf(ids) {
	const sum = Buffer.alloc(32);
	for (const id of ids) {
		const hash = createHash("sha256").update(id).digest();
		for (let i = 0; i < 32; i++) sum[i] ^= hash[i];
	}
	return sum.toString("hex");
}

describe("what we send", () => {
	const ids = [];
	let header;

	before(async () => {
		for (const name of ["anne", "bruno"]) {
			const actor = peer.actor(name);
			ids.push(actor.id);
			const follow = actor.activity("Follow", project.id);
			assert.equal((await actor.post(project.inbox, follow)).status, 202);
		}
		const id = await node.publish("projet", "Bonjour");
		const delivery = await waitFor("the update", () =>
			peer.deliveries.find((d) => d.activity.object?.id === id),
		);
		header = delivery.headers["collection-synchronization"];
	});

	test("names the collection and the digest of their followers", () => {
		assert.match(header, new RegExp(`collectionId="${project.followers}"`));
		assert.match(header, new RegExp(`digest="${digestOf(ids)}"`));
	});

	test("leads to the list, for them alone", async () => {
		const url = /url="([^"]+)"/.exec(header)[1];
		const answer = await peer.actors.get("anne").get(url);
		assert.equal(answer.status, 200, answer.body);
		const list = answer.json();
		assert.deepEqual([...(list.orderedItems ?? list.items)].sort(), ids.sort());

		const other = await Peer.start("autre.localhost");
		const stranger = other.actor("curieuse");
		const theirs = await stranger.get(url);
		assert.deepEqual(theirs.json().orderedItems ?? [], []);
		await other.down();
	});
});

describe("what we are sent", () => {
	let alice, paul, zoe;

	before(async () => {
		alice = peer.actor("alice");
		paul = await node.profile("paul");
		zoe = await node.profile("zoe");
		await node.ctl("follow", "paul", alice.id);
		const follow = await waitFor("our Follow", () =>
			peer.received("Follow").find((a) => a.actor === paul.id),
		);
		await alice.post(node.inbox, alice.activity("Accept", follow));
		await node.followState("paul", alice.id, "accepted");
	});

	// A post of hers with what she believes her followers here to be.
	async function believes(ids, url = `${alice.id}/followers_synchronization`) {
		peer.on(
			"GET",
			new URL(url).pathname,
			answers.json({
				"@context": "https://www.w3.org/ns/activitystreams",
				id: url,
				type: "OrderedCollection",
				orderedItems: ids,
			}),
		);
		const answer = await alice.post(
			node.inbox,
			alice.activity("Create", alice.note(`Il est ${Date.now()}`)),
			{
				headers: {
					"collection-synchronization":
						`collectionId="${alice.id}/followers", url="${url}", ` +
						`digest="${digestOf(ids)}"`,
				},
			},
		);
		assert.equal(answer.status, 202, answer.body);
	}

	const path = () => new URL(`${alice.id}/followers_synchronization`).pathname;

	test("the same digest asks for nothing", async () => {
		await believes([paul.id]);
		await node.shows("paul", "Il est");
		assert.equal(peer.count("GET", path()), 0);
	});

	test("a follower that is none is taken back", async () => {
		await believes([paul.id, zoe.id]);
		const undo = await waitFor("our Undo", () =>
			peer.received("Undo").find((a) => a.actor === zoe.id),
		);
		assert.equal(undo.object.object, alice.id);
	});

	test("a follow that she does not know ends here too", async () => {
		await believes([]);
		await waitFor("the follow to end", async () => {
			const { items } = await node.ctl("follow", "list", "paul");
			return !items.some((i) => i.actor === alice.id && i.state === "accepted");
		});
	});
});
