// SPDX-License-Identifier: ISC
// A node's own catalogue log as others read it: what stands in it, and how it
// answers as HTTP.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { AS2, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";

let node, project;

before(async () => {
	node = await Node.start("chevreuse.localhost");
	project = await node.project("jardin", "--stage", "running");
});

after(() => stopAll(node));

const get = (path, headers = {}) =>
	request(path.startsWith("https:") ? path : `${node.base}${path}`, {
		headers,
	});

async function entries() {
	const answer = await get("/catalogue?after=0");
	assert.equal(answer.status, 200);
	return answer.json();
}

test("the collection says how many, where to begin, and where it stands", async () => {
	const answer = await get("/catalogue");
	assert.equal(answer.status, 200);
	assert.equal(answer.headers["content-type"], AS2);
	const collection = answer.json();
	assert.equal(collection.id, `${node.base}/catalogue`);
	assert.equal(collection.type, "OrderedCollection");
	assert.equal(collection.first, `${node.base}/catalogue?after=0`);
	const head = collection["parvis:head"];
	assert.equal(head["parvis:count"], collection.totalItems);
	assert.equal(head["parvis:origin"], node.domain);
	assert.equal(head.proof.verificationMethod, `${node.base}/actor#ed25519-key`);
	const own = await get(`/catalogue?origin=${node.domain}`);
	assert.deepEqual(own.json(), collection);
});

test("a page has its entries in order, each at its own address", async () => {
	const page = await entries();
	assert.equal(page.type, "OrderedCollectionPage");
	assert.equal(page.partOf, `${node.base}/catalogue`);
	assert.equal(page.next, undefined);
	const entry = page.orderedItems.find((one) => one.object.id === project.id);
	assert.equal(entry.type, "Update");
	assert.equal(entry.object["parvis:stage"], "running");
	assert.equal(entry.object.publicKey, undefined);
	const answer = await get(entry.id);
	assert.equal(answer.status, 200);
	assert.deepEqual(answer.json(), entry);
	const rest = await get(`/catalogue?after=${page["parvis:head"]["parvis:seq"]}`);
	assert.deepEqual(rest.json().orderedItems, []);
});

test("what did not change costs nothing", async () => {
	const first = await get("/catalogue?after=0");
	assert.match(first.headers.etag, /^"/);
	const again = await get("/catalogue?after=0", {
		"if-none-match": first.headers.etag,
	});
	assert.equal(again.status, 304);
	const head = await request(`${node.base}/catalogue`, { method: "HEAD" });
	assert.equal(head.status, 200);
	const packed = await get("/catalogue?after=0", { "accept-encoding": "gzip" });
	assert.equal(packed.headers["content-encoding"], "gzip");
	assert.deepEqual(gunzipSync(packed.bytes), first.bytes);
});

test("what is not a number is refused, what is not here not found", async () => {
	for (const bad of ["", "-1", "x", "1e3", "99999999999999999999"])
		assert.equal((await get(`/catalogue?after=${bad}`)).status, 400, bad);
	for (const bad of ["x/1", "1/x", "1/-1", "0/1", "1/01x", "01/1"])
		assert.equal((await get(`/catalogue/${bad}`)).status, 400, bad);
	assert.equal((await get("/catalogue?origin=example.org")).status, 404);
	const head = (await get("/catalogue")).json()["parvis:head"];
	const { "parvis:epoch": epoch, "parvis:seq": seq } = head;
	assert.equal((await get(`/catalogue/${epoch}/${seq + 1}`)).status, 404);
	assert.equal((await get(`/catalogue/${epoch + 1}/1`)).status, 404);
	assert.equal((await get(`/catalogue/${epoch - 1}/1`)).status, 410);
});

test("an entry that a newer one replaced is gone; hidden and deleted are said", async () => {
	const entry = async () =>
		(await entries()).orderedItems.find(
			(one) => (one.object.id ?? one.object) === project.id,
		);
	const first = await entry();
	await node.ctl("project", "edit", "jardin", "--name", "Le grand jardin");
	const second = await entry();
	assert.equal(second.object.name, "Le grand jardin");
	assert.equal((await get(first.id)).status, 410);
	await node.ctl("project", "edit", "jardin", "--discoverable", "no");
	assert.equal((await entry()).type, "Remove");
	await node.ctl("project", "delete", "jardin");
	const last = await entry();
	assert.equal(last.type, "Delete");
	assert.deepEqual(Object.keys(last.object).sort(), ["deleted", "id", "type"]);
	const status = await node.ctl("status");
	const head = (await get("/catalogue")).json()["parvis:head"];
	assert.equal(status.catalogue_seq, head["parvis:seq"]);
	assert.equal(status.catalogue_entries, head["parvis:count"]);
	assert.match(
		await node.text("status"),
		/^catalogue +\d+ entr(y|ies), epoch \d+, seq \d+$/m,
	);
});

test("the log goes on where it stood after a restart", async () => {
	const before = (await get("/catalogue")).json();
	await node.restart();
	assert.deepEqual((await get("/catalogue")).json(), before);
});
