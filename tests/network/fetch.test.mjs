// SPDX-License-Identifier: ISC
// What the node reads from others, and what it refuses: parvisctl fetch takes
// the way that every document takes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Node, stopAll } from "./lib/node.mjs";
import { AS2, Peer, answers } from "./lib/peer.mjs";

let node, peer, alice;

before(async () => {
	[node, peer] = await Promise.all([
		// Its peers are at this one address; the rest of loopback is as
		// forbidden as it is to a real node.
		Node.start("noeud.localhost", {
			network: "127.0.0.1/32",
			settings: {
				// Longer than a loaded machine takes.
				"outbound.request_seconds": "8",
				"outbound.response_bytes": "1048576",
				"outbound.redirects": "3",
			},
		}),
		Peer.start("pair.localhost"),
	]);
	alice = peer.actor("alice");
});

after(() => stopAll(node, peer));

let paths = 0;

// A path of the peer that behaves in some way: its address.
function at(behaviour) {
	const path = `/p${++paths}`;
	peer.on("GET", path, behaviour);
	return peer.base + path;
}

const note = (id) => ({
	"@context": "https://www.w3.org/ns/activitystreams",
	id,
	type: "Note",
	attributedTo: alice.id,
	content: "Bonjour",
});

async function refused(address, reason) {
	const { stderr } = await node.refused("fetch", address);
	assert.match(stderr, reason);
}

test("an actor, and the request for it was signed", async () => {
	const result = await node.ctl("fetch", alice.id);
	assert.equal(result.id, alice.id);
	const asked = peer.requests.find((r) => r.path === alice.path);
	assert.ok(asked.headers.signature);
	assert.match(asked.headers.accept, /application\/activity\+json/);
});

test("a redirect on the same server is followed", async () => {
	const target = note(`${peer.base}/p${paths + 1}`);
	at(answers.json(target));
	const address = at(answers.redirect(target.id));
	assert.equal((await node.ctl("fetch", address)).id, target.id);
});

test("what a stranger has us ask for does not spoil an account for us", async () => {
	const { port, base, domain } = peer;
	await node.profile("lecteur");
	peer.actor("bruno");
	const account = `${base}/.well-known/webfinger?resource=acct%3Abruno%40pair.localhost%3A${port}`;
	// No key, and known to be none for a while.
	const answer = await alice.post(node.inbox, alice.activity("Like", alice.id), {
		keyId: account,
	});
	assert.equal(answer.status, 401, answer.body);
	assert.ok(peer.count("GET", "/.well-known/webfinger") >= 1);
	await node.ctl("follow", "lecteur", `@bruno@${domain}`);
});

test("an actor of which one type is known is an actor", async () => {
	const address = at((x) =>
		answers.json({
			...alice.document(),
			id: x.url,
			type: ["http://xmlns.com/foaf/0.1/Person", "Person"],
			publicKey: undefined,
			assertionMethod: undefined,
		})(x),
	);
	assert.equal((await node.ctl("fetch", address)).id, address);
});

describe("refused", () => {
	test("a redirect to an address that is not allowed", () =>
		refused(
			at(answers.redirect(`https://127.0.0.2:${peer.port}/x`)),
			/may not be contacted/,
		));

	for (const address of [
		"https://127.0.0.2/",
		"https://[::1]/",
		"https://10.0.0.1/",
		"https://169.254.169.254/latest/",
		"https://192.168.1.1/",
		"https://0.0.0.0/",
		"https://[::ffff:10.0.0.1]/",
		"https://[64:ff9b::a00:1]/",
		"https://[2002:a00:1::]/",
		"https://[fd00::1]/",
		"https://224.0.0.1/",
		"https://192.0.2.1/",
		"https://2130706434/",
		"https://0x7f000002/",
	])
		test(address, () => refused(address, /may not be contacted|refused/));

	test("plain http", () =>
		refused(`http://pair.localhost:${peer.port}/x`, /refused/));
	test("user-info in the address", () =>
		refused(`https://a:b@pair.localhost:${peer.port}/x`, /refused/));

	test("a document with another's id", async () => {
		const other = await Peer.start("victime.localhost");
		const victim = other.actor("victime");
		other.on("GET", victim.path, answers.status(404));
		await refused(at(answers.json(note(victim.id))), /origin|refused/);
		await other.down();
	});

	test("too many redirects", async () => {
		const path = `/p${++paths}`;
		peer.on("GET", path, answers.redirect(peer.base + path));
		await refused(peer.base + path, /refused/);
		assert.ok(peer.count("GET", path) <= 4);
	});

	test("ten megabytes", () =>
		refused(at(answers.big(10 * 1024 * 1024)), /refused/));
	test("an answer that never comes", () =>
		refused(at(answers.hang()), /refused/));
	test("an answer that drips", () => refused(at(answers.drip(100)), /refused/));
	test("redirects that each take their time", async () => {
		// Each within the time of a request, all of them not.
		const path = `/p${++paths}`;
		peer.on("GET", path, ({ res }) =>
			setTimeout(
				() => res.writeHead(302, { location: peer.base + path }).end(),
				6000,
			),
		);
		await refused(peer.base + path, /refused|too long|time/i);
		assert.ok(peer.count("GET", path) <= 3);
	});
	test("an error of the server", () =>
		refused(at(answers.status(500)), /refused/));
	test("a connection cut off", () => refused(at(answers.cut()), /refused/));
	test("what is not there", () => refused(at(answers.status(404)), /refused/));
	test("what was deleted", () => refused(at(answers.status(410)), /gone|deleted/));
	test("another media type", () =>
		refused(
			at((x) => answers.json(note(x.url), "application/json")(x)),
			/refused/,
		));
	test("ld+json without the profile", () =>
		refused(
			at((x) => answers.json(note(x.url), "application/ld+json")(x)),
			/refused/,
		));
	test("what is not JSON", () =>
		refused(
			at(({ res }) =>
				res.writeHead(200, { "content-type": AS2 }).end("<html>"),
			),
			/refused/,
		));
	test("a name that does not exist", () =>
		refused("https://nowhere.invalid/x", /refused/));
});

test("the node is alive after all this", async () => {
	assert.ok(await node.ctl("status"));
});
