// SPDX-License-Identifier: ISC
// contrib/simulate --join ENTRIES: an empty node joins a network by one that
// holds so many entries, while people search on it.
import https from "node:https";
import path from "node:path";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { AS2, request } from "../network/lib/http.mjs";
import { Node } from "../network/lib/node.mjs";
import { waitFor } from "../network/lib/wait.mjs";
import { zone } from "../network/lib/zone.mjs";
import { stands } from "./level.mjs";
import { memory, processor } from "./measure.mjs";

const EVERY_MS = 20; // a request of a person
const ASKED = [
	"/search?q=jardin+permaculture",
	"/search?q=atelier+velo&near=44109",
	"/search?near=91200&within=30",
	"/",
];

// Requests one after the other every so often, whether the last was answered
// or not: who waits counts.
class Visitors {
	constructor(base) {
		this.base = base;
		this.times = [];
		this.failed = 0;
		this.agent = new https.Agent({
			ca: readFileSync(zone().ca),
			keepAlive: true,
		});
		this.timer = setInterval(() => this.#ask(), EVERY_MS);
	}

	#ask() {
		const start = performance.now();
		const n = this.times.length + this.failed;
		const accept = n % 2 === 0 ? "text/html" : AS2;
		const req = https.get(
			this.base + ASKED[n % ASKED.length],
			{ agent: this.agent, headers: { accept } },
			(res) => {
				res.resume();
				res.on("end", () => {
					if (res.statusCode >= 500) this.failed++;
					else this.times.push(performance.now() - start);
				});
			},
		);
		req.on("error", () => this.failed++);
	}

	end() {
		clearInterval(this.timer);
		this.agent.destroy();
		return this.times.sort((a, b) => a - b);
	}
}

const part = (sorted, share) =>
	sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

async function found(node) {
	const answer = await request(`${node.base}/search?kind=project`, {
		headers: { accept: AS2 },
	});
	return answer.json().totalItems;
}

export async function joinCountry({ entries, origins, say, patience }) {
	const settings = { "replication.exchange_seconds": "5" };
	const source = await Node.create("source.localhost", { settings });
	const tool = path.join(process.env.PARVIS_BUILD, "tests/bench/parvis_country_log");
	await promisify(execFile)(tool, [source.dir, `${origins}`, `${entries}`]);
	say(`a node with ${entries} entries of ${origins} others is made`);
	await source.up();
	const all = await found(source);
	const node = await Node.start("nouveau.localhost", { settings, threads: 1 });
	const members = [{ node, state: "up" }];
	const visitors = new Visitors(node.base);
	const start = Date.now();
	const cpu = [processor([{ node: source, state: "up" }]), processor(members)];
	await node.ask("peer join", [source.domain]);
	let shown = start;
	const now = await waitFor(
		"all entries to be searched",
		async () => {
			const status = await node.ask("status");
			if (Date.now() - shown > 5000) {
				shown = Date.now();
				say(
					`${status.entries_held} entries of ${status.peers_read} nodes held,` +
						` ${status.peers_admitted} nodes admitted`,
				);
			}
			if (status.entries_held < entries) return false;
			return (await found(node)) === all && Date.now();
		},
		{ seconds: patience, everyMs: 250 },
	);
	const seconds = (now - start) / 1000;
	const times = visitors.end();
	const [there, here] = [
		processor([{ node: source, state: "up" }]) - cpu[0],
		processor(members) - cpu[1],
	];
	say(
		`joined in ${seconds.toFixed(1)} s: ${entries} entries read, verified and searchable,` +
			` ${Math.round(entries / seconds)} a second; processor ${here.toFixed(1)} s here,` +
			` ${there.toFixed(1)} s at the node that serves`,
	);
	say(
		`meanwhile ${times.length} requests were answered, ${visitors.failed} failed: median` +
			` ${part(times, 0.5).toFixed(1)} ms, p99 ${part(times, 0.99).toFixed(1)} ms,` +
			` slowest ${times.at(-1).toFixed(1)} ms`,
	);
	const m = memory(members);
	say(`the new node: ${(m.rss / 1024).toFixed(0)} MB resident, ${(m.anonymous / 1024).toFixed(0)} MB its own`);
	const [a, b] = [await stands(source), await stands(node)];
	for (const [domain, stand] of a)
		if (domain !== source.domain && b.get(domain) !== stand)
			throw new Error(`${domain} is ${b.get(domain)}, not ${stand}`);
	say(`all ${a.size} catalogues stand where their authors signed`);
	await Promise.all([source.stop(), node.stop()]);
}
