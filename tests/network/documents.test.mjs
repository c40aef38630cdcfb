// SPDX-License-Identifier: ISC
// What a node shows of itself and how it answers: found as strangers find it,
// readable as the fediverse reads, correct as HTTP.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { after, before, describe, test } from "node:test";
import {
	AS2,
	AS2_LD,
	connect,
	fetchDocument,
	readAll,
	request,
} from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { waitFor } from "./lib/wait.mjs";
import { zone } from "./lib/zone.mjs";

let node, project, update;

before(async () => {
	node = await Node.start("chevreuse.localhost", {
		title: "Up PNR Chevreuse",
		settings: { "listen.request_seconds": "10" },
	});
	project = await node.project(
		"ecocentre",
		...["--summary", "Un lieu **ouvert**.", "--stage", "running"],
		...["--commune", "Dourdan", "--insee", "91200", "--postcode", "91410"],
		...["--lat", "48.5", "--lon", "2"],
		...["--theme", "potager", "--link", "Site=https://example.org/"],
	);
	update = await node.publish("ecocentre", "Bonjour", "--title", "Salut");
});

after(() => stopAll(node));

const get = (url, accept, headers = {}) =>
	request(url, { headers: { ...(accept ? { accept } : {}), ...headers } });

describe("discovery", () => {
	test("webfinger by name leads to the actor, whatever the case", async () => {
		for (const name of ["ecocentre", "ECOCENTRE"]) {
			const answer = await node.webfinger(name);
			assert.equal(answer.status, 200);
			assert.match(answer.headers["content-type"], /^application\/jrd\+json/);
			const jrd = answer.json();
			assert.equal(jrd.subject, `acct:ecocentre@${node.domain}`);
			const self = jrd.links.find((l) => l.rel === "self");
			assert.equal(self.href, project.id);
			assert.equal(self.type, AS2);
		}
	});

	test("webfinger of the unknown is 404, of nothing 400", async () => {
		assert.equal((await node.webfinger("personne")).status, 404);
		assert.equal(
			(await node.resource("acct:ecocentre@example.com")).status,
			404,
		);
		const none = await get(`${node.base}/.well-known/webfinger`);
		assert.equal(none.status, 400);
	});

	test("the instance actor is found five ways", async () => {
		const instance = await fetchDocument(`${node.base}/actor`);
		assert.equal(instance.type, "Application");
		const links = (await get(`${node.base}/.well-known/nodeinfo`)).json().links;
		const named = "https://www.w3.org/ns/activitystreams#Application";
		assert.equal(links.find((l) => l.rel === named).href, instance.id);
		for (const resource of [
			`${node.base}/`,
			`acct:instance@${node.domain}`,
			`acct:${node.domain}@${node.domain}`,
		]) {
			const jrd = (await node.resource(resource)).json();
			assert.ok(
				jrd.links.some((l) => l.href === instance.id),
				resource,
			);
		}
	});

	test("NodeInfo 2.1 says what runs here", async () => {
		const links = (await get(`${node.base}/.well-known/nodeinfo`)).json().links;
		const link = links.find((l) => l.rel.endsWith("/schema/2.1"));
		const info = (await get(link.href)).json();
		assert.equal(info.version, "2.1");
		assert.equal(info.software.name, "parvis");
		assert.deepEqual(info.protocols, ["activitypub"]);
		assert.equal(typeof info.usage.users.total, "number");
	});

	test("host-meta names webfinger", async () => {
		const answer = await get(`${node.base}/.well-known/host-meta`);
		assert.equal(answer.status, 200);
		assert.match(answer.body, /webfinger\?resource=\{uri\}/);
	});
});

describe("the actor document", () => {
	test("has what other servers demand", async () => {
		assert.equal(project.type, "Group");
		assert.equal(project.preferredUsername, "ecocentre");
		const { host } = new URL(project.id);
		for (const key of ["inbox", "outbox", "followers", "following", "url"])
			assert.equal(new URL(project[key]).host, host, key);
		assert.equal(project.endpoints.sharedInbox, node.inbox);
		assert.equal(project.publicKey.owner, project.id);
		assert.match(project.publicKey.publicKeyPem, /^-----BEGIN PUBLIC KEY-----/);
		assert.match(
			project.assertionMethod[0].publicKeyMultibase,
			/^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/,
		);
		assert.ok([project.attributedTo].flat().length > 0);
		assert.match(project.summary, /<strong>ouvert<\/strong>/);
		assert.equal(project.discoverable, true);
	});

	test("writes coordinates with a decimal point", async () => {
		const { body } = await get(project.id, AS2);
		assert.match(body, /"latitude": ?48\.5\b/);
		assert.match(body, /"longitude": ?2\.0\b/);
	});

	test("a person is not discoverable unless told so", async () => {
		const person = await node.actor("ecocentre-porteuse");
		assert.equal(person.type, "Person");
		assert.equal(person.discoverable, false);
		assert.equal(person.indexable, false);
	});

	test("each kind of actor has its type", async () => {
		const territory = await node.actor("territory");
		assert.equal(territory.type, "Group");
		assert.equal(territory.name, "Up PNR Chevreuse");
		const mairie = await node.profile("mairie", "--kind", "public_body");
		assert.equal(mairie.type, "Organization");
		for (const actor of [territory, mairie]) {
			assert.match(actor.publicKey.publicKeyPem, /^-----BEGIN PUBLIC KEY-----/);
			assert.equal(actor.assertionMethod[0].type, "Multikey");
		}
	});

	test("followers and following are collections, in pages", async () => {
		const friend = await node.profile("amie");
		await node.follow("amie", "ecocentre");
		for (const [address, member] of [
			[project.followers, friend.id],
			[friend.following, project.id],
		]) {
			const collection = await fetchDocument(address);
			assert.equal(collection.type, "OrderedCollection");
			assert.equal(collection.id, address);
			assert.equal(collection.totalItems, 1);
			const page = await fetchDocument(collection.first);
			assert.equal(page.type, "OrderedCollectionPage");
			assert.equal(page.partOf, address);
			assert.deepEqual(page.orderedItems, [member]);
		}
	});

	test("while keys are made, requests are answered", async () => {
		const names = Array.from({ length: 15 }, (_, i) => `neuf${i}`);
		const profiles = names.map((n) => ({ username: n, name: n, kind: "person" }));
		const file = path.join(zone().dir, "neufs.json");
		writeFileSync(file, JSON.stringify({ profiles }));
		await node.ctl("import", file);
		assert.ok((await node.ctl("status")).waiting_keys > 0);
		assert.equal((await get(project.id, AS2)).status, 200);
		assert.equal((await get(`${node.base}/`, "text/html")).status, 200);
		// They did not wait for the keys: some are still to be made.
		assert.ok((await node.ctl("status")).waiting_keys > 0);
		const made = async () => (await node.ctl("status")).waiting_keys === 0;
		await waitFor("the keys", made);
		assert.ok((await node.actor("neuf14")).publicKey.publicKeyPem);
	});

	test("the outbox has the update, in pages", async () => {
		const outbox = await fetchDocument(project.outbox);
		assert.equal(outbox.type, "OrderedCollection");
		assert.ok(outbox.totalItems >= 1);
		const page = await fetchDocument(outbox.first);
		assert.equal(page.type, "OrderedCollectionPage");
		assert.ok(page.orderedItems.some((a) => a.object?.id === update));
	});
});

describe("negotiation", () => {
	test("both ActivityPub types get the document", async () => {
		for (const accept of [AS2, AS2_LD, `${AS2_LD}, ${AS2}`]) {
			const answer = await get(project.id, accept);
			assert.equal(answer.status, 200, accept);
			assert.match(
				answer.headers["content-type"],
				/^application\/(activity|ld)\+json/,
			);
			assert.equal(answer.headers.vary, "Accept, Signature, Accept-Encoding");
			assert.equal(answer.json().id, project.id);
		}
	});

	test("a browser gets the page", async () => {
		const accept = "text/html,application/xhtml+xml,*/*;q=0.8";
		let answer = await get(project.id, accept);
		for (let i = 0; i < 3 && answer.headers.location; i++)
			answer = await get(new URL(answer.headers.location, project.id), accept);
		assert.equal(answer.status, 200);
		assert.match(answer.headers["content-type"], /^text\/html/);
		assert.match(answer.body, /<html lang="fr"/);
	});

	test("what nobody has answers 406", async () => {
		const answer = await get(project.id, "image/png");
		assert.equal(answer.status, 406);
	});
});

describe("HTTP", () => {
	test("HEAD is GET without a body", async () => {
		const full = await get(project.id, AS2);
		const head = await request(project.id, {
			method: "HEAD",
			headers: { accept: AS2 },
		});
		assert.equal(head.status, 200);
		assert.equal(head.bytes.length, 0);
		assert.equal(head.headers["content-type"], full.headers["content-type"]);
		assert.equal(head.headers.etag, full.headers.etag);
	});

	test("a known ETag answers 304, an old one the document", async () => {
		const { headers } = await get(project.id, AS2);
		assert.ok(headers.etag);
		const same = await get(project.id, AS2, { "if-none-match": headers.etag });
		assert.equal(same.status, 304);
		assert.equal(same.bytes.length, 0);
		const other = await get(project.id, AS2, { "if-none-match": '"old"' });
		assert.equal(other.status, 200);
	});

	test("another method answers 405 and names the right ones", async () => {
		const answer = await request(project.id, { method: "DELETE" });
		assert.equal(answer.status, 405);
		assert.match(answer.headers.allow, /GET/);
	});

	test("the unknown answers 404", async () => {
		assert.equal((await get(`${node.base}/o/nothing`, AS2)).status, 404);
		assert.equal((await get(`${node.base}/@personne`)).status, 404);
		assert.equal((await get(`${node.base}/%2e%2e/etc/passwd`)).status, 404);
	});

	test("a long document is compressed for who can read it", async () => {
		const plain = await get(project.id, AS2);
		const packed = await get(project.id, AS2, { "accept-encoding": "gzip" });
		assert.equal(packed.headers["content-encoding"], "gzip");
		assert.ok(packed.bytes.length < plain.bytes.length);
		assert.deepEqual(JSON.parse(gunzipSync(packed.bytes)), plain.json());
	});

	test("pages forbid scripts and frames", async () => {
		const { headers } = await get(`${node.base}/@ecocentre`, "text/html");
		assert.match(headers["content-security-policy"], /default-src|script-src/);
		assert.equal(headers["x-content-type-options"], "nosniff");
	});

	test("a connection carries several requests", async () => {
		const socket = await connect(node.base);
		const all = readAll(socket);
		const ask = (close) =>
			`GET /actor HTTP/1.1\r\nHost: ${node.domain}\r\nAccept: ${AS2}\r\n` +
			`${close ? "Connection: close\r\n" : ""}\r\n`;
		socket.write(ask(false));
		await waitFor("the first answer", () => socket.bytesRead > 0);
		socket.write(ask(true));
		assert.equal((await all).match(/HTTP\/1\.1 200/g).length, 2);
	});

	test("TLS 1.1 is not spoken", async () => {
		const tls = await import("node:tls");
		const failed = await new Promise((resolve) => {
			const socket = tls.connect({
				host: "127.0.0.1",
				port: node.port,
				servername: node.name,
				rejectUnauthorized: false,
				minVersion: "TLSv1.1",
				maxVersion: "TLSv1.1",
				ciphers: "DEFAULT@SECLEVEL=0",
			});
			socket.once("secureConnect", () => resolve(false));
			socket.once("error", () => resolve(true));
		});
		assert.ok(failed);
	});
});

describe("bad clients", () => {
	test("a slow request is cut off and holds nobody up", async () => {
		const slow = await Promise.all(
			Array.from({ length: 50 }, () => connect(node.base)),
		);
		const ends = slow.map(readAll);
		for (const socket of slow) socket.write("GET /actor HTTP/1.1\r\nHost: x");
		const answer = await get(project.id, AS2);
		assert.equal(answer.status, 200);
		const said = await Promise.all(ends);
		for (const text of said) assert.match(text, /^$|^HTTP\/1\.1 (408|400)/);
	});

	test("a head that is too long is refused", async () => {
		const socket = await connect(node.base);
		const end = readAll(socket);
		socket.write(
			`GET / HTTP/1.1\r\nHost: ${node.domain}\r\nX-Long: ${"x".repeat(100_000)}\r\n\r\n`,
		);
		assert.match(await end, /^HTTP\/1\.1 4(31|00|13)/);
	});

	test("nonsense is refused", async () => {
		for (const nonsense of [
			"\x00\x01\x02\r\n\r\n",
			"GET\r\n\r\n",
			"GET / HTTP/9.9\r\n\r\n",
			`POST /inbox HTTP/1.1\r\nHost: ${node.domain}\r\nContent-Length: -5\r\n\r\n`,
		]) {
			const socket = await connect(node.base);
			const end = readAll(socket);
			socket.end(nonsense);
			assert.match(await end, /^$|^HTTP\/1\.1 [45]/);
		}
		assert.equal((await get(project.id, AS2)).status, 200);
	});
});
