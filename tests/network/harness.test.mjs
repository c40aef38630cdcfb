// SPDX-License-Identifier: ISC
// The tools of the network tests, tried on each other: a scripted peer that
// would not notice a wrong signature would prove nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fetchDocument, request } from "./lib/http.mjs";
import { Peer, answers } from "./lib/peer.mjs";
import { neverBefore, waitFor } from "./lib/wait.mjs";

let left, right, alice, bob;

before(async () => {
	left = await Peer.start("left.localhost");
	right = await Peer.start("right.localhost");
	alice = left.actor("alice");
	bob = right.actor("bob");
});

after(async () => {
	await left.down();
	await right.down();
});

for (const form of ["cavage", "rfc9421"]) {
	test(`${form}: a signed activity is taken`, async () => {
		const follow = alice.activity("Follow", bob.id);
		const answer = await alice.post(bob.inbox, follow, { form });
		assert.equal(answer.status, 202, answer.body);
		const last = right.deliveries.at(-1);
		assert.deepEqual(last.activity, follow);
		assert.equal(last.signature.form, form);
		assert.equal(last.signature.keyId, alice.keyId);
	});

	test(`${form}: a body that was changed is refused`, async () => {
		const note = alice.activity("Create", alice.note("vrai"));
		const answer = await alice.post(bob.inbox, note, {
			form,
			bend: {
				digest:
					form === "cavage"
						? "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
						: "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
			},
		});
		assert.equal(answer.status, 401);
		assert.match(answer.body, /digest is not that of the body/);
	});

	test(`${form}: another's key is refused`, async () => {
		const answer = await alice.post(
			bob.inbox,
			alice.activity("Follow", bob.id),
			{ form, keys: bob.keys },
		);
		assert.equal(answer.status, 401);
		assert.match(answer.body, /does not hold/);
	});
}

test("an old date is refused", async () => {
	const answer = await alice.post(bob.inbox, alice.activity("Like", bob.id), {
		bend: { date: new Date(Date.now() - 3600_000) },
	});
	assert.equal(answer.status, 401);
});

test("webfinger leads to the actor", async () => {
	const answer = await request(
		`${left.base}/.well-known/webfinger?resource=${alice.acct}`,
	);
	const self = answer.json().links[0].href;
	assert.equal((await fetchDocument(self)).preferredUsername, "alice");
});

test("behaviours replace the usual answer as often as asked", async () => {
	left.on("GET", alice.path, answers.status(500), { times: 2 });
	assert.equal((await request(alice.id)).status, 500);
	assert.equal((await request(alice.id)).status, 500);
	assert.equal((await request(alice.id)).status, 200);
	left.on("GET", "/big", answers.big(200_000));
	assert.ok((await request(`${left.base}/big`)).bytes.length >= 200_000);
	left.on("GET", "/hang", answers.hang());
	await assert.rejects(
		request(`${left.base}/hang`, { timeoutMs: 100 }),
		/no answer/,
	);
});

test("a peer that is down refuses connections and comes back", async () => {
	await left.down();
	await assert.rejects(request(alice.id), /ECONNREFUSED/);
	await left.up();
	assert.equal((await request(alice.id)).status, 200);
});

test("waitFor tells what it waited for and what it saw", async () => {
	await assert.rejects(
		waitFor("a miracle", () => false, { seconds: 0.1 }),
		/a miracle/,
	);
	let calls = 0;
	await assert.rejects(
		neverBefore("two calls", () => ++calls >= 2, () => false),
		/happened: two calls/,
	);
	await neverBefore("nothing", () => false, () => true);
});
