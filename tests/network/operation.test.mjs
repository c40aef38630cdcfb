// SPDX-License-Identifier: ISC
// A node in the hands of its administrator: the queue while something waits,
// a reload under open connections, an end in order, and what it refuses to
// start on.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmodSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { AS2, connect, readAll, request } from "./lib/http.mjs";
import { Node, binary, stopAll } from "./lib/node.mjs";
import { Peer, answers } from "./lib/peer.mjs";
import { signCavage } from "./lib/sign.mjs";
import { waitFor } from "./lib/wait.mjs";
import { certify, zone } from "./lib/zone.mjs";

const run = promisify(execFile);
const peers = [];
let node, project;

before(async () => {
	// Nothing is tried a second time unless the test says so.
	node = await Node.start("noeud.localhost", {
		settings: {
			"delivery.first_retry_seconds": "3600",
			"delivery.longest_retry_seconds": "3600",
			// Nor fails because a loaded machine is slow.
			"outbound.request_seconds": "60",
			"outbound.connect_seconds": "60",
			"listen.request_seconds": "60",
			"listen.stop_seconds": "60",
		},
	});
	project = await node.project("projet");
});

after(() => stopAll(node, ...peers));

async function followerOn(name) {
	const peer = await Peer.start(name);
	peers.push(peer);
	const actor = peer.actor("fan");
	const answer = await actor.post(
		project.inbox,
		actor.activity("Follow", project.id),
	);
	assert.equal(answer.status, 202, answer.body);
	await waitFor("our Accept", () => peer.received("Accept").length > 0);
	return peer;
}

const contents = (peer) =>
	peer.received("Create").map((a) => a.object.content.replace(/<[^>]*>/g, ""));

async function daemon(...args) {
	try {
		const { stdout, stderr } = await run(binary("parvisd"), args);
		return { code: 0, stdout, stderr };
	} catch (error) {
		return error;
	}
}

describe("the queue while a server is down", () => {
	let peer, other, rule;

	before(async () => {
		peer = await followerOn("malade.localhost");
		other = await followerOn("saine.localhost");
		rule = peer.on("POST", "/inbox", answers.status(503));
		for (const text of ["un", "deux", "trois"])
			await node.publish("projet", text);
		await waitFor("a failure", async () => {
			const host = await node.ctl("host", "show", peer.domain);
			return host.failures > 0 && host.waiting === 3;
		});
		await waitFor("the other to have all", () => contents(other).length === 3);
		await waitFor("that to be written down", async () => {
			return (await node.ctl("status")).waiting_deliveries === 3;
		});
	});

	const waiting = async () =>
		(await node.ctl("queue", "list", "--host", peer.domain)).items;

	test("list says what waits, for whom, and why", async () => {
		const items = await waiting();
		assert.equal(items.length, 3);
		for (const item of items) {
			assert.equal(item.host, peer.domain);
			assert.equal(item.type, "Create");
			assert.equal(item.inbox, `${peer.base}/inbox`);
			assert.ok(item.bytes > 0);
		}
		assert.ok(items.some((i) => i.attempts >= 1 && i.status === 503));
		assert.match(await node.text("queue", "list"), /malade\.localhost/);
		assert.equal((await node.ctl("status")).waiting_deliveries, 3);
	});

	test("list goes on where it ended", async () => {
		const seen = [];
		for (let next = null, i = 0; i < 4; i++) {
			const page = await node.ctl(
				...["queue", "list", "--limit", "1"],
				...(next === null ? [] : ["--after", String(next)]),
			);
			seen.push(...page.items.map((item) => item.id));
			next = page.next;
			if (next === null) break;
		}
		const all = (await waiting()).map((i) => i.id);
		assert.deepEqual(seen.sort(), all.sort());
	});

	test("drop gives up one by its number, and no other", async () => {
		const items = await waiting();
		const second = items.find((i) => i.attempts === 0) ?? items[1];
		await node.ctl("queue", "drop", String(second.id));
		const left = (await waiting()).map((i) => i.id);
		assert.equal(left.length, 2);
		assert.ok(!left.includes(second.id));
		const { code } = await node.refused("queue", "drop", String(second.id));
		assert.equal(code, 4);
		assert.equal((await node.refused("queue", "drop")).code !== 0, true);
	});

	test("what waits survives a restart", async () => {
		const before = (await waiting()).map((i) => i.id);
		await node.restart();
		assert.deepEqual((await waiting()).map((i) => i.id), before);
	});

	test("retry sends at once what waits, in its order", async () => {
		rule.off();
		const { count } = await node.ctl("queue", "retry");
		assert.equal(count, 2);
		await waitFor("nothing to wait", async () => (await waiting()).length === 0);
		const said = contents(peer);
		assert.equal(said.length, 2);
		const order = ["un", "deux", "trois"].filter((t) => said.includes(t));
		assert.deepEqual(said, order);
		assert.equal((await node.ctl("host", "show", peer.domain)).state, "up");
	});

	test("another server got everything meanwhile", async () => {
		assert.deepEqual(contents(other).sort(), ["deux", "trois", "un"]);
	});
});

describe("SIGHUP", () => {
	const lines = () =>
		node.logText().split("\n").filter((l) => l.includes("reload: "));
	const hangup = async () => {
		const before = lines().length;
		process.kill(node.process.pid, "SIGHUP");
		await waitFor("the reload", () => lines().length > before);
		await node.ctl("status"); // after it: the main thread is free again
		return lines().slice(before).join("\n");
	};

	test("applies what it can and logs what needs a restart", async () => {
		node.configure({ "listen.threads": "3", "delivery.keep_days": "40" });
		const said = await hangup();
		assert.match(said, /delivery\.keep_days.*applied/);
		assert.match(said, /listen\.threads.*restart/);
		node.configure({ "listen.threads": "2" });
	});

	test("brings a new certificate and drops no connection", async () => {
		const socket = await connect(node.base);
		const old = socket.getPeerCertificate().serialNumber;
		const ask = async (last) => {
			const from = socket.bytesRead;
			socket.write(
				`GET /actor HTTP/1.1\r\nHost: ${node.domain}\r\nAccept: ${AS2}\r\n` +
					`${last ? "Connection: close\r\n" : ""}\r\n`,
			);
			await waitFor("an answer", () => socket.bytesRead > from);
		};
		const all = readAll(socket);
		await ask(false);
		writeFileSync(certify(node.name).certificate, "");
		certify(node.name);
		assert.match(await hangup(), /certificate: read again/);
		await ask(true);
		assert.equal((await all).match(/HTTP\/1\.1 200/g).length, 2);
		const fresh = await connect(node.base);
		assert.notEqual(fresh.getPeerCertificate().serialNumber, old);
		fresh.destroy();
	});

	test("keeps the certificate when the new one will not do", async () => {
		const { certificate, certificatePem } = certify(node.name);
		writeFileSync(certificate, "no certificate");
		const said = await hangup();
		assert.match(said, /\.pem: .*certificate/);
		assert.match(said, /stay as they were/);
		assert.equal((await request(`${node.base}/`)).status, 200);
		writeFileSync(certificate, certificatePem);
	});
});

test(
	"the control socket is closed to other users",
	{ skip: process.getuid() !== 0 && "another user can be played by root alone" },
	async () => {
		const socket = path.join(zone().dir, "noeud.control");
		chmodSync(zone().dir, 0o755);
		const curl = ["--http0.9", "-s", "-m", "5", "--unix-socket", socket];
		const said = await run("/usr/bin/curl", [...curl, "http://control/"], {
			uid: 65534,
		}).catch((error) => error);
		chmodSync(zone().dir, 0o700);
		// The sentence may be lost: curl speaks before it listens, and the
		// node closes without reading.
		assert.doesNotMatch(said.stdout ?? "", /"ok":true/);
		assert.match(node.logText(), /control refused uid=65534/);
	},
);

describe("an end in order", () => {
	test("finishes the request under way, takes no new one, keeps the result", async () => {
		const peer = await Peer.start("derniere.localhost");
		peers.push(peer);
		const actor = peer.actor("fan");
		const body = JSON.stringify(actor.activity("Follow", project.id));
		const headers = signCavage({
			method: "POST",
			url: project.inbox,
			body,
			keyId: actor.keyId,
			privateKey: actor.keys.privateKey,
			headers: { "content-type": AS2, "content-length": body.length },
		});
		const socket = await connect(node.base);
		const answer = readAll(socket);
		const head = Object.entries(headers).map(([k, v]) => `${k}: ${v}\r\n`);
		socket.write(
			`POST ${new URL(project.inbox).pathname} HTTP/1.1\r\n${head.join("")}\r\n` +
				body.slice(0, 20),
		);
		// An answer to a later request: the head above was read before.
		await request(`${node.base}/`);
		node.process.kill("SIGTERM");
		await waitFor("no new connection", async () => {
			const late = await connect(node.base).catch(() => undefined);
			late?.destroy();
			return !late;
		});
		assert.equal(node.process.exitCode, null);
		socket.write(body.slice(20));
		assert.match(await answer, /^HTTP\/1\.1 202 /);
		await node.stop();
		await node.up();
		const followers = await node.followers("projet");
		assert.ok(followers.some((f) => f.actor === actor.id));
	});

	test("cuts off after stop_seconds who never finishes", async () => {
		node.configure({ "listen.stop_seconds": "1" });
		await node.restart();
		const socket = await connect(node.base);
		const closed = once(socket, "close");
		socket.on("error", () => {});
		socket.resume();
		socket.write(
			`POST /inbox HTTP/1.1\r\nHost: ${node.domain}\r\nContent-Type: ${AS2}\r\n` +
				"Content-Length: 100\r\n\r\n{",
		);
		await request(`${node.base}/`);
		await node.stop();
		await closed;
		await node.up();
	});
});

describe("what it refuses to start on", () => {
	before(() => node.stop());

	test("the database of a newer version, with a code of its own", async () => {
		const file = path.join(node.dir, "parvis.db");
		const db = new DatabaseSync(file);
		const { user_version: version } = db.prepare("PRAGMA user_version").get();
		try {
			db.exec(`PRAGMA user_version = ${version + 7}`);
			for (const args of [[], ["-n"]]) {
				const result = await daemon(...args, "-c", node.config);
				assert.equal(result.code, 65);
				assert.match(result.stderr, new RegExp(`schema ${version + 7}\\b`));
				assert.match(result.stderr, /newer Parvis/);
			}
		} finally {
			db.exec(`PRAGMA user_version = ${version}`);
			db.close();
		}
	});

	test("a certificate that cannot be read", async () => {
		const { certificate } = certify(node.name);
		renameSync(certificate, `${certificate}.away`);
		for (const args of [[], ["-n"]]) {
			const result = await daemon(...args, "-c", node.config);
			assert.equal(result.code, 78);
			assert.match(result.stderr, /certificate: no such file/);
		}
		renameSync(`${certificate}.away`, certificate);
	});

	test("no database", async () => {
		const file = path.join(node.dir, "parvis.db");
		renameSync(file, `${file}.away`);
		for (const args of [[], ["-n"]]) {
			const result = await daemon(...args, "-c", node.config);
			assert.equal(result.code, 78);
			assert.match(result.stderr, /parvisctl init/);
		}
		renameSync(`${file}.away`, file);
	});

	test("another domain than that of the database", async () => {
		node.configure({ "node.domain": `ailleurs.localhost:${node.port}` });
		const result = await daemon("-c", node.config);
		assert.equal(result.code, 78);
		assert.match(result.stderr, /node\.domain/);
		node.configure({ "node.domain": node.domain });
	});

	test("-n says what a start would do, and the start does it", async () => {
		const { code, stdout } = await daemon("-n", "-c", node.config);
		assert.equal(code, 0);
		assert.match(stdout, new RegExp(`# would be ${node.base}`));
		assert.match(stdout, new RegExp(`# would serve HTTPS on .*:${node.port}`));
		assert.match(stdout, /# would use the database in/);
		await node.up();
		assert.equal((await node.ctl("project", "show", "projet")).name, "projet");
	});
});
