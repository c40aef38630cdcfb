// SPDX-License-Identifier: ISC
// A server that we script: it has actors, signs (also wrongly), records what
// it is asked and told, and misbehaves on demand.
import http2 from "node:http2";
import https from "node:https";
import { AS2, AS2_LD, PUBLIC, fetchDocument, request } from "./http.mjs";
import {
	checkSignature,
	ed25519Keys,
	rsaKeys,
	signCavage,
	signRfc9421,
} from "./sign.mjs";
import { certify, freePort } from "./zone.mjs";

export class Peer {
	#server;
	#tls;
	#rules = [];
	#sockets = new Set();
	#nextId = 1;

	// h2: it offers HTTP/2 beside HTTP/1.1.
	static async start(name = "peer.localhost", { h2 = false } = {}) {
		const peer = new Peer();
		peer.h2 = h2;
		peer.name = name;
		peer.port = await freePort();
		peer.domain = `${name}:${peer.port}`;
		peer.base = `https://${peer.domain}`;
		peer.#tls = certify(name);
		peer.actors = new Map();
		peer.documents = new Map(); // path -> document, or function of request
		peer.requests = []; // everything that came in
		peer.deliveries = []; // signed activities that came in
		await peer.up();
		return peer;
	}

	// Listens, on the same port as before when it was down.
	up() {
		const tls = { cert: this.#tls.certificatePem, key: this.#tls.keyPem };
		const receive = (req, res) => this.#receive(req, res);
		this.#server = this.h2
			? http2.createSecureServer({ ...tls, allowHTTP1: true }, receive)
			: https.createServer(tls, receive);
		this.#server.on("connection", (socket) => {
			this.#sockets.add(socket);
			socket.on("close", () => this.#sockets.delete(socket));
		});
		return new Promise((resolve, reject) => {
			this.#server.once("error", reject);
			this.#server.listen(this.port, "127.0.0.1", resolve);
		});
	}

	// Stops listening and drops every connection.
	down() {
		for (const socket of this.#sockets) socket.destroy();
		return new Promise((resolve) => this.#server.close(resolve));
	}

	// From now on (times: how often, all by default), a request whose method
	// and path match is answered by behaviour(exchange) instead.
	on(method, path, behaviour, { times = Infinity } = {}) {
		const rule = { method, path, behaviour, times };
		this.#rules.unshift(rule);
		return { off: () => (rule.times = 0) };
	}

	// An actor with keys of its own; members override those of the document.
	actor(username, members = {}) {
		const actor = new PeerActor(this, username, members);
		this.actors.set(username, actor);
		return actor;
	}

	// A new id on this server.
	id(kind = "object") {
		return `${this.base}/${kind}/${this.#nextId++}`;
	}

	// Makes a document available under its id.
	publish(document) {
		this.documents.set(new URL(document.id).pathname, document);
		return document;
	}

	// How many connections stand.
	get connections() {
		return this.#sockets.size;
	}

	count(method, path) {
		return this.requests.filter(
			(r) => r.method === method && matches(path, r.path),
		).length;
	}

	async #receive(req, res) {
		const chunks = [];
		for await (const chunk of req) chunks.push(chunk);
		const body = Buffer.concat(chunks);
		const exchange = {
			method: req.method,
			path: req.url,
			url: `${this.base}${req.url}`,
			version: req.httpVersion,
			headers: { host: req.headers[":authority"], ...req.headers },
			body,
			at: Date.now(),
			res,
			peer: this,
		};
		this.requests.push(exchange);
		try {
			await this.#answer(exchange);
		} catch (error) {
			if (!res.headersSent) res.writeHead(500).end(String(error));
		}
	}

	async #answer(exchange) {
		const rule = this.#rules.find(
			(r) =>
				r.times > 0 &&
				r.method === exchange.method &&
				matches(r.path, exchange.path),
		);
		if (rule) {
			rule.times--;
			return rule.behaviour(exchange);
		}
		if (exchange.method === "POST") return this.#inbox(exchange);
		return this.#get(exchange);
	}

	#get(exchange) {
		const { pathname, searchParams } = new URL(exchange.url);
		if (pathname === "/.well-known/webfinger")
			return this.#webfinger(searchParams.get("resource"), exchange);
		const actor = [...this.actors.values()].find((a) => a.path === pathname);
		const found = actor ? actor.document() : this.documents.get(pathname);
		if (found === undefined) return answers.status(404)(exchange);
		const document = typeof found === "function" ? found(exchange) : found;
		return answers.json(document)(exchange);
	}

	#webfinger(resource, exchange) {
		const actor = [...this.actors.values()].find(
			(a) => resource === a.acct || resource === a.id,
		);
		if (!actor) return answers.status(404)(exchange);
		return answers.json(
			{
				subject: actor.acct,
				aliases: [actor.id],
				links: [{ rel: "self", type: AS2, href: actor.id }],
			},
			"application/jrd+json",
		)(exchange);
	}

	async #inbox(exchange) {
		let signature;
		try {
			signature = await checkSignature(exchange, publicKeyOf);
		} catch (error) {
			exchange.refused = error.message;
			return answers.status(401, error.message)(exchange);
		}
		const activity = JSON.parse(exchange.body);
		this.deliveries.push({
			activity,
			signature,
			path: exchange.path,
			version: exchange.version,
			headers: exchange.headers,
			at: exchange.at,
		});
		return answers.status(202)(exchange);
	}

	// The activities of a type that came in, newest last.
	received(type) {
		return this.deliveries
			.map((d) => d.activity)
			.filter((a) => type === undefined || a.type === type);
	}
}

// The public key behind a key id, read from the server that has it.
export async function publicKeyOf(keyId) {
	const document = await fetchDocument(keyId.split("#")[0]);
	const keys = [document.publicKey, document].flat().filter(Boolean);
	const key = keys.find((k) => k.id === keyId && k.publicKeyPem);
	if (!key) throw new Error(`${keyId} is not among the keys of its actor`);
	return key.publicKeyPem;
}

function matches(pattern, path) {
	return pattern instanceof RegExp
		? pattern.test(path)
		: path.split("?")[0] === pattern;
}

export class PeerActor {
	constructor(peer, username, members) {
		this.peer = peer;
		this.username = username;
		this.path = `/users/${username}`;
		this.id = peer.base + this.path;
		this.inbox = `${this.id}/inbox`;
		this.acct = `acct:${username}@${peer.domain}`;
		this.members = members;
		this.rotate();
	}

	get keyId() {
		return `${this.id}#main-key`;
	}

	// New keys; the document names them from now on.
	rotate() {
		this.keys = rsaKeys();
		this.ed25519 = ed25519Keys();
	}

	document() {
		return {
			"@context": [
				"https://www.w3.org/ns/activitystreams",
				"https://w3id.org/security/v1",
			],
			id: this.id,
			type: "Person",
			preferredUsername: this.username,
			name: `${this.username} of ${this.peer.name}`,
			inbox: this.inbox,
			outbox: `${this.id}/outbox`,
			followers: `${this.id}/followers`,
			following: `${this.id}/following`,
			endpoints: { sharedInbox: `${this.peer.base}/inbox` },
			publicKey: {
				id: this.keyId,
				owner: this.id,
				publicKeyPem: this.keys.publicKey,
			},
			assertionMethod: [
				{
					id: `${this.id}#ed25519-key`,
					type: "Multikey",
					controller: this.id,
					publicKeyMultibase: this.ed25519.multibase,
				},
			],
			...this.members,
		};
	}

	activity(type, object, members = {}) {
		return {
			"@context": "https://www.w3.org/ns/activitystreams",
			id: this.peer.id("activity"),
			type,
			actor: this.id,
			object,
			...members,
		};
	}

	// A public Note of this actor, readable under its id.
	note(content, members = {}) {
		return this.peer.publish({
			"@context": "https://www.w3.org/ns/activitystreams",
			id: this.peer.id("note"),
			type: "Note",
			attributedTo: this.id,
			content,
			published: new Date().toISOString(),
			to: [PUBLIC],
			cc: [`${this.id}/followers`],
			...members,
		});
	}

	// Posts an activity, signed.  form: "cavage", "rfc9421" or "none"; ed25519:
	// sign with that key; bend: see sign.mjs; body: sent in its place.
	async post(
		inbox,
		activity,
		{ form = "cavage", bend, keyId, keys, ed25519 = false, body, headers } = {},
	) {
		const text = body ?? JSON.stringify(activity);
		const pair = keys ?? (ed25519 ? this.ed25519 : this.keys);
		const input = {
			method: "POST",
			url: inbox,
			body: text,
			keyId: keyId ?? (ed25519 ? `${this.id}#ed25519-key` : this.keyId),
			privateKey: pair.privateKey,
			headers: { "content-type": AS2, ...headers },
		};
		const signed = {
			cavage: () => signCavage(input, bend),
			rfc9421: () => signRfc9421(input, bend),
			none: () => input.headers,
		}[form]();
		return request(inbox, { method: "POST", headers: signed, body: text });
	}

	// Reads a document with a signed GET.
	get(url, { form = "cavage", bend, accept = AS2 } = {}) {
		const input = {
			method: "GET",
			url,
			keyId: this.keyId,
			privateKey: this.keys.privateKey,
			headers: { accept },
		};
		const headers =
			form === "rfc9421" ? signRfc9421(input, bend) : signCavage(input, bend);
		return request(url, { headers });
	}
}

// What a server may answer: behaviours for Peer.on().
export const answers = {
	status:
		(status, body = "", headers = {}) =>
		({ res }) =>
			res.writeHead(status, headers).end(body),
	json:
		(document, type = AS2) =>
		({ res }) =>
			res
				.writeHead(200, { "content-type": type })
				.end(JSON.stringify(document)),
	redirect:
		(location, status = 302) =>
		({ res }) =>
			res.writeHead(status, { location }).end(),
	// Never answers; the other side has to give up.
	hang: () => () => {},
	// Valid JSON of some size, sent as fast as it is taken.
	big:
		(bytes, type = AS2) =>
		async ({ res }) => {
			res.writeHead(200, { "content-type": type });
			res.write('{"id":"');
			const block = "x".repeat(65536);
			for (let sent = 0; sent < bytes && !res.destroyed; sent += block.length)
				if (!res.write(block))
					await new Promise((resolve) => {
						res.once("drain", resolve);
						res.once("close", resolve);
					});
			res.end('"}');
		},
	// One byte at a time, for ever.
	drip:
		(everyMs = 200) =>
		({ res }) => {
			res.writeHead(200, { "content-type": AS2 });
			res.write("{");
			const timer = setInterval(() => res.write(" "), everyMs);
			res.on("close", () => clearInterval(timer));
		},
	cut: () => ({ res }) => res.destroy(),
};

export { AS2, AS2_LD, PUBLIC };
