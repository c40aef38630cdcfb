// SPDX-License-Identifier: ISC
// What was said reaches everybody once, whatever happens on the way: peers
// that are down, slow or wrong, and an end that nobody asked for.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Node, stopAll } from "./lib/node.mjs";
import { Peer, answers } from "./lib/peer.mjs";
import { waitFor } from "./lib/wait.mjs";

const peers = [];
let node, project;

before(async () => {
	node = await Node.start("noeud.localhost", {
		// Longer than a loaded machine takes, for what hangs is waited for.
		settings: { "outbound.request_seconds": "15" },
	});
	project = await node.project("projet");
});

after(() => stopAll(node, ...peers));

// A server with followers of the project.
async function followersOn(name, ...usernames) {
	const peer = await Peer.start(name);
	peers.push(peer);
	for (const username of usernames) await follower(peer, username);
	return peer;
}

async function follower(peer, username, members) {
	const actor = peer.actor(username, members);
	const follow = actor.activity("Follow", project.id);
	const answer = await actor.post(project.inbox, follow);
	assert.equal(answer.status, 202, answer.body);
	await waitFor("our Accept", () =>
		peer.received("Accept").some((a) => (a.object.id ?? a.object) === follow.id),
	);
	return actor;
}

const creates = (peer, id) =>
	peer.received("Create").filter((a) => a.object.id === id);

const arrives = (peer, id) =>
	waitFor(`${id} at ${peer.name}`, () => creates(peer, id).length > 0);

const waitingFor = async (peer) =>
	(await node.waiting()).filter((d) => d.host === peer.domain);

const drained = (peer) =>
	waitFor(
		`nothing to wait for ${peer.domain}`,
		async () => (await waitingFor(peer)).length === 0,
	);

test("followers on one server get one delivery, at the shared inbox", async () => {
	const peer = await followersOn("groupe.localhost", "a", "b", "c");
	const id = await node.publish("projet", "Une fois pour tous");
	await arrives(peer, id);
	await drained(peer);
	assert.equal(creates(peer, id).length, 1);
	assert.equal(
		peer.deliveries.find((d) => d.activity.object?.id === id).path,
		"/inbox",
	);
});

test("each delivery is signed by the project and names its followers", async () => {
	const [peer] = peers;
	const delivery = peer.deliveries.at(-1);
	assert.ok(delivery.signature.keyId.startsWith(project.id));
	assert.match(
		delivery.headers["collection-synchronization"] ?? "",
		/collectionId=".*followers"/,
	);
});

test("a server that takes RFC 9421 alone is learnt and remembered", async () => {
	const peer = await followersOn("moderne.localhost", "dora");
	const rule = peer.on("POST", "/inbox", (exchange) => {
		if (exchange.headers["signature-input"]) {
			const activity = JSON.parse(exchange.body);
			peer.deliveries.push({ activity, headers: exchange.headers });
			return answers.status(202)(exchange);
		}
		return answers.status(401)(exchange);
	});
	await arrives(peer, await node.publish("projet", "Par la nouvelle porte"));
	const before = peer.count("POST", "/inbox");
	await arrives(peer, await node.publish("projet", "Du premier coup"));
	assert.equal(peer.count("POST", "/inbox"), before + 1);
	rule.off();
});

test("a server that was down gets everything when it returns, each thing in order", async () => {
	const peer = await followersOn("absente.localhost", "eve");
	await peer.down();
	const ids = [];
	for (let i = 0; i < 3; i++) {
		const id = await node.publish("projet", `Pas ${i}, un`);
		await node.ctl("update", "edit", id, "--text", `Pas ${i}, deux`);
		await node.ctl("update", "edit", id, "--text", `Pas ${i}, trois`);
		ids.push(id);
	}
	await waitFor("all to wait", async () => (await waitingFor(peer)).length >= 9);
	await peer.up();
	for (const id of ids) await arrives(peer, id);
	await drained(peer);
	for (const id of ids) {
		const said = peer
			.received()
			.filter((a) => a.object.id === id)
			.map((a) => `${a.type} ${/(un|deux|trois)\b/.exec(a.object.content)[0]}`);
		assert.deepEqual(said, ["Create un", "Update deux", "Update trois"]);
	}
});

test("a server that is down is probed, not asked for each item", async () => {
	const peer = await followersOn("panne.localhost", "fanny");
	const failing = peer.on("POST", "/inbox", answers.status(503));
	const publish = async (count) => {
		for (let i = 0; i < count; i++) await node.publish("projet", `Essai ${i}`);
	};
	await publish(3);
	await waitFor("it to count as down", async () => {
		return (await node.ctl("host", "show", peer.domain)).state === "down";
	});
	// The probe, held open while much more comes to wait: it stays alone.
	failing.off();
	const open = new Set();
	let most = 0;
	peer.on("POST", "/inbox", ({ res }) => {
		open.add(res);
		res.on("close", () => open.delete(res));
		most = Math.max(most, open.size);
	});
	await waitFor("a probe", () => open.size > 0);
	await publish(10);
	assert.equal((await waitingFor(peer)).length, 13);
	assert.equal(most, 1);
	for (const res of open) res.writeHead(503).end();
	await waitFor("the next probe", () => open.size > 0);
	assert.equal(most, 1);
	await node.ctl("queue", "drop", "--host", peer.domain);
	assert.equal((await waitingFor(peer)).length, 0);
	for (const res of open) res.writeHead(503).end();
});

describe("a server that fails does not hold up the others", () => {
	for (const [what, behaviour] of [
		["answers 500", answers.status(500)],
		["hangs", answers.hang()],
		["cuts the connection", answers.cut()],
		["sends 10 MB", answers.big(10 * 1024 * 1024)],
		["redirects", answers.redirect("https://127.0.0.1/inbox", 307)],
	])
		test(what, async () => {
			const good = peers[0];
			const bad = await followersOn(`mal${peers.length}.localhost`, "gilles");
			const rule = bad.on("POST", "/inbox", behaviour);
			const id = await node.publish("projet", `Quand elle ${what}`);
			await arrives(good, id);
			await waitFor("a try", () => bad.count("POST", "/inbox") > 0);
			rule.off();
			if (what === "sends 10 MB") return; // a 2xx, however long
			await node.ctl("queue", "retry", "--host", bad.domain);
			await arrives(bad, id);
		});
});

test("an actor whose inbox answers 410 is forgotten", async () => {
	const peer = await followersOn("partie.localhost");
	// Only an inbox of its own says that it is itself that is gone.
	const helene = await follower(peer, "helene", { endpoints: undefined });
	peer.on("POST", "/users/helene/inbox", answers.status(410));
	await node.publish("projet", "Il y a quelqu'un ?");
	await waitFor("the follower to be forgotten", async () => {
		const followers = await node.followers("projet");
		return !followers.some((f) => f.actor === helene.id);
	});
	await drained(peer);
});

test("a shared inbox that answers 410 is not asked again for the same", async () => {
	const peer = await followersOn("close.localhost", "iris");
	peer.on("POST", "/inbox", answers.status(410));
	await node.publish("projet", "Et ici ?");
	await waitFor("a try", () => peer.count("POST", "/inbox") > 0);
	await drained(peer);
});

test("kill -9 in the middle of a fan-out loses nothing and doubles nothing", async () => {
	const group = await Promise.all(
		Array.from({ length: 12 }, (_, i) =>
			followersOn(`eventail${i}.localhost`, "ines"),
		),
	);
	const acknowledged = [];
	let dead = false;
	const publishing = (async () => {
		for (let i = 0; !dead; i++)
			acknowledged.push(await node.publish("projet", `Rafale ${i}`));
	})().catch(() => {});
	await waitFor("the fan-out to be under way", () => {
		const arrived = group.filter((p) => p.received("Create").length > 0);
		return acknowledged.length >= 3 && arrived.length >= 2;
	});
	await node.kill();
	dead = true;
	await publishing;
	await node.up();
	for (const peer of group)
		for (const id of acknowledged) await arrives(peer, id);
	// What arrived a second time, because its answer was lost, is the same
	// activity, which every server knows to ignore.
	for (const peer of group)
		for (const id of acknowledged)
			assert.equal(new Set(creates(peer, id).map((a) => a.id)).size, 1);
	// And nothing was sent that the node does not know.
	const known = JSON.stringify(await node.ctl("update", "list", "projet"));
	for (const peer of group)
		for (const create of peer.received("Create"))
			assert.ok(known.includes(create.object.id), create.object.id);
});

test("what was acknowledged to a peer survives kill -9", async () => {
	const peer = await followersOn("fidele.localhost", "judith");
	const judith = peer.actors.get("judith");
	const likes = Array.from({ length: 30 }, (_, i) => peer.actor(`voix${i}`));
	const answersSeen = [];
	const posting = likes.map(async (actor) => {
		const follow = actor.activity("Follow", project.id);
		const answer = await actor.post(project.inbox, follow).catch(() => null);
		if (answer?.status === 202) answersSeen.push(actor.id);
	});
	await waitFor("some answers", () => answersSeen.length >= 5);
	await node.kill();
	await Promise.all(posting);
	await node.up();
	const followers = await node.ctl("followers", "projet", "--limit", "1000");
	const kept = new Set(followers.items.map((f) => f.actor));
	for (const id of answersSeen) assert.ok(kept.has(id), id);
	assert.ok(kept.has(judith.id));
});
