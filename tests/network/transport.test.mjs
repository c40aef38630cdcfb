// SPDX-License-Identifier: ISC
// Between the nodes: a reverse proxy over a Unix socket, limits by address,
// and HTTP/2 to whoever offers it.
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { AS2, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { Peer } from "./lib/peer.mjs";
import { waitFor } from "./lib/wait.mjs";
import { certify, zone } from "./lib/zone.mjs";

// Asks up to `most` times: the answers until the first 429, with it.  Never
// one request alone to see whether a limit still holds: on a loaded machine
// there may be time for it to be filled up again.
async function untilTooMany(url, headers, most = 60) {
	const all = [];
	for (let i = 0; i < most; i++) {
		all.push(await request(url, { headers }));
		if (all.at(-1).status === 429) break;
	}
	return all;
}

describe("a node behind a reverse proxy", () => {
	const socketPath = path.join(zone().dir, "web.sock");
	let node, proxy, peer;
	// Who asks, as the proxy sees it: somebody new each time, unless it is set.
	let fixed, askers = 0;
	const asker = () => fixed ?? `198.51.100.${1 + (askers++ % 200)}`;

	// What nginx does: TLS, and who asked, appended to what was said before.
	async function forward(req, res) {
		// Whole, and in one go: once an answer came and the socket is closed,
		// even Node's empty write at the end would be an error (EPIPE).
		const body = [];
		for await (const chunk of req) body.push(chunk);
		const said = req.headers["x-forwarded-for"];
		const headers = {
			...req.headers,
			"x-forwarded-for": `${said ? `${said}, ` : ""}${asker()}`,
		};
		const inner = http.request(
			{ socketPath, path: req.url, method: req.method, headers },
			(answer) => {
				res.writeHead(answer.statusCode, answer.headers);
				answer.pipe(res);
			},
		);
		inner.on("error", (error) => res.writeHead(502).end(String(error)));
		inner.end(Buffer.concat(body));
	}

	before(async () => {
		node = await Node.create("derriere.localhost", {
			settings: {
				"listen.http": `unix:${socketPath}`,
				"listen.trusted_proxies": "unix",
				"listen.requests_per_minute": "10",
			},
		});
		node.configure({ "listen.https": [] });
		const { certificatePem, keyPem } = certify("derriere.localhost");
		proxy = https.createServer({ cert: certificatePem, key: keyPem }, (req, res) =>
			forward(req, res).catch(() => res.destroy()),
		);
		await new Promise((resolve) =>
			proxy.listen(node.port, "127.0.0.1", resolve),
		);
		peer = await Peer.start("amie.localhost");
	});

	after(async () => {
		await stopAll(node, peer);
		proxy.closeAllConnections();
		await new Promise((resolve) => proxy.close(resolve));
	});

	test("federates under its public name", async () => {
		await node.up();
		const project = await node.project("projet");
		assert.ok(project.id.startsWith(`${node.base}/`));
		const actor = peer.actor("fan");
		for (const form of ["cavage", "rfc9421"]) {
			const follow = actor.activity("Follow", project.id);
			const answer = await actor.post(project.inbox, follow, { form });
			assert.equal(answer.status, 202, answer.body);
		}
		await waitFor("our Accept", () => peer.received("Accept").length > 0);
		const id = await node.publish("projet", "Derrière un mandataire");
		await waitFor("the update", () =>
			peer.received("Create").some((a) => a.object.id === id),
		);
	});

	test("tells askers apart by what the proxy says", async () => {
		fixed = "203.0.113.3";
		const all = await untilTooMany(`${node.base}/`);
		assert.equal(all.at(-1).status, 429);
		assert.ok(Number(all.at(-1).headers["retry-after"]) > 0);
		fixed = "203.0.113.4";
		assert.equal((await request(`${node.base}/`)).status, 200);
	});

	test("does not believe what an asker says of itself", async () => {
		fixed = "203.0.113.5";
		for (let i = 0; i < 30; i++) {
			const headers = { "x-forwarded-for": `192.0.2.${i}` };
			const answer = await request(`${node.base}/`, { headers });
			if (answer.status === 429) return;
		}
		assert.fail("each claimed address had a limit of its own");
	});
});

describe("limits by address", () => {
	let node;

	before(async () => {
		node = await Node.start("bornee.localhost", {
			settings: {
				"listen.requests_per_minute": "20",
				"listen.inbox_per_minute": "20",
			},
		});
	});

	after(() => stopAll(node));

	test("an unsigned flood at the inbox answers 429, and pages go on", async () => {
		let last;
		for (let i = 0; i < 60 && last?.status !== 429; i++)
			last = await request(node.inbox, {
				method: "POST",
				headers: { "content-type": AS2 },
				body: "{}",
			});
		assert.equal(last.status, 429);
		assert.ok(Number(last.headers["retry-after"]) > 0);
		assert.equal((await request(`${node.base}/actor`)).status < 400, true);
	});

	test("too many requests answer 429, whoever they claim to be for", async () => {
		const all = await untilTooMany(`${node.base}/`, {
			"x-forwarded-for": "198.51.100.7",
		});
		assert.equal(all.at(-1).status, 429);
		assert.ok(Number(all.at(-1).headers["retry-after"]) > 0);
		// A fresh limit would let 20 pass; what is left of this one, a few.
		const others = await untilTooMany(`${node.base}/`, {
			"x-forwarded-for": "198.51.100.8",
		});
		assert.ok(others.length < 20, String(others.length));
	});
});

describe("a server that speaks HTTP/2", () => {
	let node, peer, project;

	before(async () => {
		node = await Node.start("deux.localhost");
		project = await node.project("projet");
		peer = await Peer.start("moderne.localhost", { h2: true });
	});

	after(() => stopAll(node, peer));

	test("is read and written to over it", async () => {
		const actor = peer.actor("fan");
		const answer = await actor.post(
			project.inbox,
			actor.activity("Follow", project.id),
		);
		assert.equal(answer.status, 202, answer.body);
		await waitFor("our Accept", () => peer.received("Accept").length > 0);
		assert.ok(
			peer.requests.some((r) => r.method === "GET" && r.version === "2.0"),
		);
		assert.equal(peer.deliveries[0].version, "2.0");
	});

	test("gets many deliveries over few connections", async () => {
		const ids = [];
		for (let i = 0; i < 20; i++)
			ids.push(await node.publish("projet", `Nouvelle ${i}`));
		await waitFor("all of them", () => peer.received("Create").length >= 20);
		const got = peer.received("Create").map((a) => a.object.id);
		assert.deepEqual([...got].sort(), [...ids].sort());
		assert.ok(peer.deliveries.every((d) => d.version === "2.0"));
		assert.ok(peer.connections <= 4, String(peer.connections));
	});
});
