// SPDX-License-Identifier: ISC
// Whom the node believes: both signature forms, the date, the digest, the key
// and whose it is.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Peer, answers } from "./lib/peer.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { waitFor } from "./lib/wait.mjs";

let node, peer, project;

before(async () => {
	[node, peer] = await Promise.all([
		Node.start("noeud.localhost", {
			settings: { "federation.ask_again_seconds": "60" },
		}),
		Peer.start("pair.localhost"),
	]);
	project = await node.project("projet");
});

after(() => stopAll(node, peer));

let names = 0;

// A fresh actor each time: nothing learnt of another helps or hinders.
const newcomer = (members) => peer.actor(`acteur${++names}`, members);

async function follows(actor) {
	return (await node.followers("projet")).some((f) => f.actor === actor.id);
}

// Posts a Follow signed in some way and says what became of it.
async function tryFollow(actor, how) {
	const follow = actor.activity("Follow", project.id);
	const answer = await actor.post(project.inbox, follow, how);
	return answer;
}

async function accepted(actor, how) {
	const answer = await tryFollow(actor, how);
	assert.equal(answer.status, 202, answer.body);
	assert.ok(await follows(actor), "202 but no follower");
}

async function refused(actor, how, status = 401) {
	const answer = await tryFollow(actor, how);
	assert.equal(answer.status, status, answer.body);
	assert.ok(!(await follows(actor)), "refused but follower");
	return answer;
}

const ago = (seconds) => new Date(Date.now() - seconds * 1000);
const unix = (seconds) => Math.floor(Date.now() / 1000) + seconds;
const WRONG = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

describe("draft-cavage-12", () => {
	test("RSA-SHA256 is accepted", () => accepted(newcomer()));
	test("hs2019 is accepted", () =>
		accepted(newcomer(), { bend: { algorithm: "hs2019" } }));
	test("a wrong digest is refused", () =>
		refused(newcomer(), { bend: { digest: `SHA-256=${WRONG}` } }));
	test("a digest that is not signed is refused", () =>
		refused(newcomer(), { bend: { omit: ["digest"] } }));
	test("a request line that is not signed is refused", () =>
		refused(newcomer(), { bend: { omit: ["(request-target)"] } }));
	test("an expired date is refused", () =>
		refused(newcomer(), { bend: { date: ago(13 * 3600) } }));
	test("a future date is refused", () =>
		refused(newcomer(), { bend: { date: ago(-13 * 3600) } }));
	test("a signature of something else is refused", () =>
		refused(newcomer(), {
			bend: { signature: Buffer.alloc(256, 7).toString("base64") },
		}));
});

describe("RFC 9421", () => {
	test("RSA is accepted", () => accepted(newcomer(), { form: "rfc9421" }));
	test("Ed25519 is accepted", () =>
		accepted(newcomer(), { form: "rfc9421", ed25519: true }));
	test("a wrong content-digest is refused", () =>
		refused(newcomer(), {
			form: "rfc9421",
			bend: { digest: `sha-256=:${WRONG}:` },
		}));
	test("a content-digest that is not covered is refused", () =>
		refused(newcomer(), {
			form: "rfc9421",
			bend: { components: ['"@method"', '"@target-uri"'] },
		}));
	test("a method that is not covered is refused", () =>
		refused(newcomer(), {
			form: "rfc9421",
			bend: { components: ['"@target-uri"', '"content-digest"'] },
		}));
	test("an old signature is refused", () =>
		refused(newcomer(), {
			form: "rfc9421",
			bend: { created: unix(-13 * 3600) },
		}));
	test("a signature of the future is refused", () =>
		refused(newcomer(), {
			form: "rfc9421",
			bend: { created: unix(13 * 3600) },
		}));
	test("an expired signature is refused", () =>
		refused(newcomer(), {
			form: "rfc9421",
			bend: { created: unix(-120), expires: unix(-60) },
		}));
});

describe("keys", () => {
	test("a request without a signature is refused", () =>
		refused(newcomer(), { form: "none" }));

	test("another actor's key is refused", async () => {
		const alice = newcomer();
		const mallory = newcomer();
		await refused(alice, { keyId: mallory.keyId, keys: mallory.keys });
	});

	test("a key that its owner does not list is refused", async () => {
		const mallory = newcomer();
		await refused(mallory, { keyId: `${mallory.id}#another` });
	});

	test("a key whose document names another owner is refused", async () => {
		const victim = newcomer();
		const mallory = newcomer();
		mallory.members = {
			publicKey: {
				id: mallory.keyId,
				owner: victim.id,
				publicKeyPem: mallory.keys.publicKey,
			},
		};
		await refused(mallory);
	});

	test("a key of another host than the actor is refused", async () => {
		const other = await Peer.start("ailleurs.localhost");
		const alice = newcomer();
		const stranger = other.actor("etrangere");
		await refused(alice, { keyId: stranger.keyId, keys: stranger.keys });
		await other.down();
	});

	test("a rotated key is read again, once", async () => {
		const alice = newcomer();
		await accepted(alice);
		const before = peer.count("GET", alice.path);
		alice.rotate();
		const like = alice.activity("Like", project.id);
		const answer = await alice.post(project.inbox, like);
		assert.equal(answer.status, 202, answer.body);
		assert.equal(peer.count("GET", alice.path), before + 1);
	});

	test("a wrong signature makes the node read the key once, not each time", async () => {
		const alice = newcomer();
		await accepted(alice);
		const before = peer.count("GET", alice.path);
		for (let i = 0; i < 5; i++) {
			const answer = await alice.post(
				project.inbox,
				alice.activity("Like", project.id),
				{ bend: { signature: Buffer.alloc(256, i).toString("base64") } },
			);
			assert.equal(answer.status, 401);
		}
		assert.ok(peer.count("GET", alice.path) <= before + 1);
	});

	test("an unknown key is asked for once, however many wait", async () => {
		const alice = newcomer();
		const held = [];
		const rule = peer.on("GET", alice.path, (exchange) => held.push(exchange));
		const posts = Array.from({ length: 20 }, () =>
			alice.post(project.inbox, alice.activity("Like", project.id)),
		);
		await waitFor("the key to be asked for", () => held.length > 0);
		rule.off();
		for (const exchange of held) answers.json(alice.document())(exchange);
		const results = await Promise.all(posts);
		assert.deepEqual([...new Set(results.map((r) => r.status))], [202]);
		assert.equal(peer.count("GET", alice.path), 1);
	});

	test("a key that cannot be had answers 401 and is not asked for again at once", async () => {
		const alice = newcomer();
		const rule = peer.on("GET", alice.path, answers.status(500));
		const first = await tryFollow(alice);
		assert.ok([401, 503].includes(first.status), `${first.status}`);
		const asked = peer.count("GET", alice.path);
		await tryFollow(alice);
		assert.equal(peer.count("GET", alice.path), asked);
		rule.off();
	});
});
