// SPDX-License-Identifier: ISC
// The peers of the peer tests, tried on each other before they judge us.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AS2, fetchDocument, request } from "../network/lib/http.mjs";
import { Peer } from "../network/lib/peer.mjs";
import { rsaKeys } from "../network/lib/sign.mjs";
import { Remote } from "./lib/remote.mjs";
import { waitFor } from "../network/lib/wait.mjs";

// left follows right; right's posts reach left.
async function acquaint(left, right) {
	const followId = await left.call("follow", right.id);
	await right.received("Follow", (a) => a.id === followId);
	await left.received("Accept");
	const note = await right.call("post", "<p>Bonjour</p>");
	const create = await left.received("Create");
	assert.equal(create.json.object.id, note);
	await right.call("edit", note, "<p>Bonsoir</p>");
	await left.received("Update", (a) => /Bonsoir/.test(a.object.content));
	await right.call("remove", note);
	await left.received("Delete");
	await left.call("unfollow", right.id, followId);
	await waitFor(
		"the follower to be gone",
		async () => (await right.state()).followers.length === 0,
	);
}

async function formsAccepted(peer) {
	const posts = await peer.accepted("POST");
	assert.ok(posts.length > 0);
	return [...new Set(posts.map((r) => r.form))];
}

describe("Fedify and Fedify", () => {
	let left, right;

	before(async () => {
		left = await Remote.fedify("gauche.localhost", {
			form: "cavage",
			username: "anne",
		});
		right = await Remote.fedify("droite.localhost", {
			form: "rfc9421",
			username: "bruno",
			authorizedFetch: true,
		});
	});

	after(() => Promise.all([left?.stop(), right?.stop()]));

	test("follow, post, edit, remove and undo", () => acquaint(left, right));

	test("each signs in the form it was given", async () => {
		assert.deepEqual(await formsAccepted(right), ["cavage"]);
		assert.deepEqual(await formsAccepted(left), ["rfc9421"]);
	});

	test("an authorised fetch is asked for and given", async () => {
		const reads = (await right.state()).requests.filter(
			(r) => r.method === "GET" && r.path === "/users/bruno",
		);
		assert.ok(reads.some((r) => r.form !== "none" && r.status === 200));
		const unsigned = await request(right.id, { headers: { accept: AS2 } });
		assert.equal(unsigned.status, 401);
	});
});

// Fedify does not read apkit's actors: they name a context that it does not
// carry and that a test must not fetch.  So apkit meets the scripted peer,
// which reads the signatures on its own.
describe("apkit and the scripted peer", () => {
	let apkit, scripted, alice;

	before(async () => {
		apkit = await Remote.apkit("python.localhost");
		scripted = await Peer.start("scene.localhost");
		alice = scripted.actor("alice");
	});

	after(() => Promise.all([apkit?.stop(), scripted?.down()]));

	test("a follow is accepted and posts arrive, signed", async () => {
		const { inbox } = await fetchDocument(apkit.id);
		const follow = alice.activity("Follow", apkit.id);
		assert.equal((await alice.post(inbox, follow)).status, 202);
		await apkit.received("Follow", (a) => a.id === follow.id);
		const note = await apkit.call("post", "<p>Bonjour</p>");
		await apkit.call("edit", note, "<p>Bonsoir</p>");
		await apkit.call("remove", note);
		const types = scripted.received().map((a) => a.type);
		assert.deepEqual(types, ["Accept", "Create", "Update", "Delete"]);
		assert.ok(scripted.deliveries.every((d) => d.signature.form === "cavage"));
	});

	test("it follows and takes posts", async () => {
		const followId = await apkit.call("follow", alice.id);
		assert.equal(scripted.received("Follow")[0].id, followId);
		const create = alice.activity("Create", alice.note("Salut"));
		const { inbox } = await fetchDocument(apkit.id);
		assert.equal((await alice.post(inbox, create)).status, 202);
		await apkit.received("Create", (a) => a.object.content === "Salut");
	});

	test("a wrong signature is refused", async () => {
		const { inbox } = await fetchDocument(apkit.id);
		const follow = alice.activity("Follow", apkit.id);
		const answer = await alice.post(inbox, follow, { keys: rsaKeys() });
		assert.equal(answer.status, 401);
	});
});
