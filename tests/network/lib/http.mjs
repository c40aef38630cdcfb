// SPDX-License-Identifier: ISC
// HTTPS requests to the nodes and peers of a test, raw enough to send what a
// well-behaved client would not.
import https from "node:https";
import tls from "node:tls";
import { readFileSync } from "node:fs";
import { zone } from "./zone.mjs";

export const AS2 = "application/activity+json";
export const AS2_LD =
	'application/ld+json; profile="https://www.w3.org/ns/activitystreams"';
export const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

const agents = new Map();

function agent(caFile) {
	if (!agents.has(caFile))
		agents.set(
			caFile,
			new https.Agent({ ca: readFileSync(caFile), keepAlive: false }),
		);
	return agents.get(caFile);
}

// One request.  Redirects are not followed.  Gives { status, headers, body,
// bytes } and json() for the parsed body.  ca: the authority's file, when it
// is not that of the tests.
export function request(
	url,
	{ method = "GET", headers = {}, body, timeoutMs = 120_000, ca } = {},
) {
	return new Promise((resolve, reject) => {
		const bytes = body === undefined ? undefined : Buffer.from(body);
		const sent = { ...headers };
		if (bytes && sent["content-length"] === undefined)
			sent["content-length"] = bytes.length;
		const req = https.request(
			url,
			{ method, headers: sent, agent: agent(ca ?? zone().ca) },
			(res) => {
				const chunks = [];
				res.on("data", (chunk) => chunks.push(chunk));
				res.on("error", reject);
				res.on("end", () => {
					const all = Buffer.concat(chunks);
					resolve({
						status: res.statusCode,
						headers: res.headers,
						bytes: all,
						body: all.toString("utf8"),
						json() {
							return JSON.parse(this.body);
						},
					});
				});
			},
		);
		req.setTimeout(timeoutMs, () =>
			req.destroy(new Error(`${method} ${url}: no answer in ${timeoutMs} ms`)),
		);
		req.on("error", reject);
		req.end(bytes);
	});
}

// A document as ActivityPub; anything but a 200 with JSON is an error.
export async function fetchDocument(url, accept = AS2) {
	const answer = await request(url, { headers: { accept } });
	if (answer.status !== 200)
		throw new Error(`GET ${url}: ${answer.status} ${answer.body.slice(0, 300)}`);
	return answer.json();
}

// A bare TLS connection, for requests that no HTTP library would send.
export function connect(url) {
	const { hostname, port } = new URL(url);
	return new Promise((resolve, reject) => {
		const socket = tls.connect({
			host: "127.0.0.1",
			port: Number(port || 443),
			servername: hostname,
			ca: readFileSync(zone().ca),
			ALPNProtocols: ["http/1.1"],
		});
		socket.once("secureConnect", () => resolve(socket));
		socket.once("error", reject);
	});
}

// Everything a socket receives until the other side closes it.
export function readAll(socket) {
	return new Promise((resolve) => {
		const chunks = [];
		socket.on("data", (chunk) => chunks.push(chunk));
		const done = () => resolve(Buffer.concat(chunks).toString("latin1"));
		socket.once("close", done);
		socket.once("error", done);
	});
}
