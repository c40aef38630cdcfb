// SPDX-License-Identifier: ISC
// The territory and its relay, as others see them: Fedify follows and
// subscribes in Mastodon's way; ActivityRelay, a relay that others wrote,
// subscribes in LitePub's and passes on what it hears.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fetchDocument } from "../network/lib/http.mjs";
import { Node, stopAll } from "../network/lib/node.mjs";
import { Peer } from "../network/lib/peer.mjs";
import { waitFor } from "../network/lib/wait.mjs";
import { Remote } from "./lib/remote.mjs";

let node, fedify, relay;

before(async () => {
	[node, fedify] = await Promise.all([
		Node.start("pays.localhost", { title: "Up Pays" }),
		Remote.fedify("mastodonte.localhost", { form: "cavage", username: "hong" }),
	]);
	await node.project("ecocentre");
	relay = await waitFor("the relay's keys", () =>
		fetchDocument(`${node.base}/relay`),
	);
});

after(() => stopAll(node, fedify));

const object = (activity) => activity.object.id ?? activity.object;

describe("Fedify follows the territory", () => {
	let territory, update, follow;

	test("it finds the Group by its address and is accepted", async () => {
		territory = await fedify.call("lookup", `@territory@${node.domain}`);
		assert.equal(territory.type, "Group");
		follow = await fedify.call("follow", territory.id);
		const { json } = await fedify.received("Accept");
		assert.equal(json.actor, territory.id);
		assert.equal(object(json), follow);
	});

	test("an update of a project comes twice: its id, and the activity", async () => {
		update = await node.publish("ecocentre", "Le **potager** est planté.");
		const byId = await fedify.received("Announce", (a) => a.object === update);
		assert.equal(byId.json.actor, territory.id);
		const whole = await fedify.received(
			"Announce",
			(a) => a.object.type === "Create" && a.object.object.id === update,
		);
		assert.equal(whole.json.actor, territory.id);
	});

	test("what is announced can be read where it lives", async () => {
		const note = await fedify.call("read", update);
		assert.equal(note.type, "Note");
		assert.match(note.content, /<strong>potager<\/strong>/);
	});

	test("an edit and the end come from the author, and announced", async () => {
		const project = await node.actor("ecocentre");
		await node.ctl("update", "edit", update, "--text", "La serre tient.");
		await node.ctl("update", "delete", update);
		for (const type of ["Update", "Delete"]) {
			const { json } = await fedify.received(type);
			assert.equal(json.actor, project.id);
			const passed = await fedify.received(
				"Announce",
				(a) => a.object.type === type,
			);
			assert.equal(passed.json.actor, territory.id);
			assert.equal(passed.json.object.actor, project.id);
		}
	});

	test("its Undo ends the follow", async () => {
		await fedify.call("unfollow", territory.id, follow);
		await waitFor("no follower", async () => {
			return (await node.followers("territory")).length === 0;
		});
	});
});

describe("Fedify subscribes to the relay in Mastodon's way", () => {
	test("it finds the relay by its address", async () => {
		const found = await fedify.call("lookup", `@relay@${node.domain}`);
		assert.equal(found.id, relay.id);
		assert.equal(found.type, "Application");
	});

	test("its Follow of everybody is accepted by its id", async () => {
		const follow = await fedify.call("subscribe", relay.id);
		const { json } = await fedify.received(
			"Accept",
			(a) => a.actor === relay.id,
		);
		assert.equal(object(json), follow);
	});

	test("it hears of an update by its id and reads it", async () => {
		const update = await node.publish("ecocentre", "Le puits est creusé.");
		await fedify.received(
			"Announce",
			(a) => a.actor === relay.id && a.object === update,
		);
		assert.match((await fedify.call("read", update)).content, /puits/);
	});

	test("nothing that we sent was refused", async () => {
		const { requests, failures } = await fedify.state();
		assert.deepEqual(
			requests.filter((r) => r.method === "POST" && r.status >= 300),
			[],
		);
		assert.deepEqual(failures, []);
	});
});

describe("ActivityRelay subscribes in LitePub's way", () => {
	let activityRelay, reader, follower;

	before(async () => {
		activityRelay = await Remote.activityRelay("relais.localhost");
		// Somebody who subscribes to that relay, not to ours.
		reader = await Peer.start("lectrice.localhost");
		follower = reader.actor("actor", { type: "Application" });
		const nodeinfo = reader.publish({
			id: `${reader.base}/nodeinfo/2.0`,
			version: "2.0",
			software: { name: "lectrice", version: "1" },
			protocols: ["activitypub"],
			services: { inbound: [], outbound: [] },
			openRegistrations: false,
			usage: { users: {} },
			metadata: {},
		});
		const rel = "http://nodeinfo.diaspora.software/ns/schema/2.0";
		reader.publish({
			id: `${reader.base}/.well-known/nodeinfo`,
			links: [{ rel, href: nodeinfo.id }],
		});
	});

	after(() => stopAll(activityRelay, reader));

	const subscription = async () => {
		const { items } = await node.ctl("relay", "list");
		return items.find((i) => i.domain === activityRelay.domain);
	};

	test("its Follow is accepted, and it is followed back", async () => {
		await activityRelay.call("subscribe", relay.id);
		await waitFor("both Follows to be accepted", async () => {
			const seen = await subscription();
			return seen?.state === "accepted" && seen.followed_back === "accepted";
		});
		const { subscribers } = await activityRelay.state();
		const [ours] = subscribers.filter((s) => s.domain === node.domain);
		assert.equal(ours.actor, relay.id);
		assert.equal(ours.accepted, 1);
	});

	// It takes no Accept from whom it does not know by a Follow; it follows
	// back in turn, and takes the Accept of that.
	test("it took our Follow and our Accept", async () => {
		await waitFor("both to be taken", async () => {
			return (await activityRelay.accepted("POST")).length >= 2;
		});
		assert.deepEqual(await node.waiting(), []);
	});

	test("what it hears from us reaches its own subscribers", async () => {
		const inbox = `${activityRelay.base}/inbox`;
		const asked = follower.activity("Follow", `${activityRelay.base}/actor`);
		assert.equal((await follower.post(inbox, asked)).status, 202);
		await waitFor("its Accept", () => reader.received("Accept").at(0));
		const update = await node.publish("ecocentre", "Le four est chaud.");
		const passed = await waitFor("its Announce", () =>
			reader.received("Announce").find((a) => a.object === update),
		);
		assert.equal(passed.actor, `${activityRelay.base}/actor`);
	});

	test("a server that is refused is followed no more", async () => {
		await node.ctl("relay", "reject", activityRelay.domain);
		await waitFor("the end on both sides", async () => {
			const { subscribers } = await activityRelay.state();
			const seen = await subscription();
			return (
				seen.state === null &&
				!subscribers.some((s) => s.domain === node.domain)
			);
		});
	});
});
