// SPDX-License-Identifier: ISC
// What others do about our posts and our actors: boosts and likes that are
// counted and taken back, refusals, blocks, and a queue that has its bounds.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Node, stopAll } from "./lib/node.mjs";
import { Peer, answers } from "./lib/peer.mjs";
import { neverBefore, waitFor } from "./lib/wait.mjs";

let node, peer, alice, project, ours;

before(async () => {
	[node, peer] = await Promise.all([
		Node.start("noeud.localhost", {
			settings: {
				"delivery.first_retry_seconds": "3600",
				"delivery.longest_retry_seconds": "3600",
				// Nothing is tried again: nor may it fail because a loaded
				// machine is slow.
				"outbound.request_seconds": "60",
				"outbound.connect_seconds": "60",
				"delivery.host_items": "100",
			},
		}),
		Peer.start("amie.localhost"),
	]);
	alice = peer.actor("alice");
	project = await node.project("projet");
	await node.profile("paul");
	ours = await node.publish("projet", "À aimer");
	await follow(alice);
});

after(() => stopAll(node, peer));

async function tell(actor, activity, status = 202) {
	const answer = await actor.post(node.inbox, activity);
	assert.equal(answer.status, status, answer.body);
	return activity;
}

// Paul follows an actor of the peer, who accepts.
async function follow(actor) {
	await node.ctl("follow", "paul", actor.id);
	const asked = await waitFor("our Follow", () =>
		peer.received("Follow").find((f) => f.object === actor.id),
	);
	await tell(actor, actor.activity("Accept", asked));
	await node.followState("paul", actor.id, "accepted");
	return asked;
}

// An actor of the peer follows the project.
async function followsProject(actor) {
	const activity = await tell(actor, actor.activity("Follow", project.id));
	await waitFor("our Accept", () =>
		peer.received("Accept").some((a) => (a.object.id ?? a.object) === activity.id),
	);
	return activity;
}

const isFollower = async (actor) =>
	(await node.followers("projet")).some((f) => f.actor === actor.id);

const counts = async () => {
	const { likes, announces } = await node.ctl("update", "show", ours);
	return { likes, announces };
};

const counted = (likes, announces) =>
	waitFor(`${likes} likes and ${announces} announces`, async () => {
		const seen = await counts();
		return seen.likes === likes && seen.announces === announces;
	});

describe("likes and boosts", () => {
	test("of our updates are counted once and can be taken back", async () => {
		const like = await tell(alice, alice.activity("Like", ours));
		const boost = await tell(alice, alice.activity("Announce", ours));
		await counted(1, 1);
		await tell(alice, alice.activity("Like", ours)); // another id, same hand
		await tell(alice, like);
		await counted(1, 1);
		await tell(alice, alice.activity("Undo", like));
		await tell(alice, alice.activity("Undo", boost.id));
		await counted(0, 0);
	});

	test("cannot be taken back by another", async () => {
		const like = await tell(alice, alice.activity("Like", ours));
		await counted(1, 0);
		const bob = peer.actor("bob");
		await bob.post(node.inbox, bob.activity("Undo", like));
		await followsProject(bob); // what came before it was done
		assert.deepEqual(await counts(), { likes: 1, announces: 0 });
		await tell(alice, alice.activity("Undo", like));
		await counted(0, 0);
	});

	test("a boost by whom we follow shows the post of another", async () => {
		const carol = peer.actor("carole");
		const note = carol.note("Trouvé ailleurs");
		const boost = await tell(alice, alice.activity("Announce", note.id));
		const item = await node.shows("paul", "Trouvé ailleurs");
		assert.equal(item.author, carol.id);
		assert.ok(JSON.stringify(item.announced_by).includes(alice.id));
		await tell(alice, alice.activity("Undo", boost));
		await node.shows("paul", "Trouvé ailleurs", false);
	});

	test("a boost of what was deleted brings nothing back", async () => {
		const note = alice.note("Retiré");
		await tell(alice, alice.activity("Create", note));
		await node.shows("paul", "Retiré");
		await tell(alice, alice.activity("Delete", note.id));
		await node.shows("paul", "Retiré", false);
		await tell(alice, alice.activity("Announce", note.id));
		const mark = alice.note("Un repère");
		await tell(alice, alice.activity("Create", mark));
		const shown = async (text) =>
			JSON.stringify(await node.timeline("paul")).includes(text);
		await neverBefore(
			"a deleted post that comes back",
			() => shown("Retiré"),
			() => shown("Un repère"),
		);
	});
});

describe("refusals", () => {
	test("a Reject ends what was asked, also after an Accept", async () => {
		const dora = peer.actor("dora");
		const asked = await follow(dora);
		await tell(dora, dora.activity("Reject", asked));
		await waitFor("the end of the follow", async () => {
			const { items } = await node.ctl("follow", "list", "paul");
			return !items.some((i) => i.actor === dora.id && i.state === "accepted");
		});
		await tell(dora, dora.activity("Create", dora.note("Pour mes proches")));
		await tell(alice, alice.activity("Create", alice.note("Après le refus")));
		await node.shows("paul", "Après le refus");
		await node.shows("paul", "Pour mes proches", false);
	});

	test("a Block ends the follows both ways", async () => {
		const eve = peer.actor("eve");
		await followsProject(eve);
		assert.ok(await isFollower(eve));
		const block = await tell(eve, eve.activity("Block", project.id));
		await waitFor("the end of the follow", async () => !(await isFollower(eve)));
		await tell(eve, eve.activity("Undo", block));
	});

	test("Add and Remove are answered and ignored", async () => {
		const target = `${alice.id}/featured`;
		await tell(alice, alice.activity("Add", ours, { target }));
		await tell(alice, alice.activity("Remove", ours, { target }));
		assert.equal((await node.ctl("update", "show", ours)).id, ours);
	});
});

test("an inbox that answers 404 is followed no more", async () => {
	const fanny = peer.actor("fanny", { endpoints: undefined });
	await followsProject(fanny);
	const rule = peer.on("POST", "/users/fanny/inbox", answers.status(404));
	await node.publish("projet", "Y a-t-il quelqu'un ?");
	await waitFor("the follower to be forgotten", async () => !(await isFollower(fanny)));
	rule.off();
});

test("a queue keeps its bounds, and what falls beyond is shown", async () => {
	const far = await Peer.start("lointaine.localhost");
	try {
		const gil = far.actor("gil");
		const activity = gil.activity("Follow", project.id);
		assert.equal((await gil.post(node.inbox, activity)).status, 202);
		await waitFor("our Accept", () => far.received("Accept").length > 0);
		far.on("POST", "/inbox", answers.status(503));
		for (let i = 0; i < 110; i++) await node.publish("projet", `Nouvelle ${i}`);
		const host = await waitFor("the bound", async () => {
			const seen = await node.ctl("host", "show", far.domain);
			return seen.dropped >= 10 && seen;
		});
		assert.equal(host.waiting, 100);
		assert.ok(host.last_dropped);
		assert.match(await node.text("host", "show", far.domain), /dropped/);
	} finally {
		await far.down();
	}
});
