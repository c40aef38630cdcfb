// SPDX-License-Identifier: ISC
// contrib/simulate: real nodes, changes and faults at random, then proof that
// all hold the same; and what that cost.
import { parseArgs } from "node:util";
import { choose, gazetteerTerritories, graph, readTerritories } from "./country.mjs";
import { each, editProject, introduce, makeCrowd, populate } from "./crowd.mjs";
import { Districts, canCut } from "./districts.mjs";
import { joinCountry } from "./join.mjs";
import { compare, converge, coverage, found, spread } from "./level.mjs";
import { difference, memory, processor, traffic } from "./measure.mjs";
import { Storm } from "./storm.mjs";
import { waitFor } from "../network/lib/wait.mjs";

const { values: options } = parseArgs({
	options: {
		nodes: { type: "string", default: "12" },
		projects: { type: "string", default: "60" },
		faults: { type: "boolean", default: false },
		seed: { type: "string", default: "20261127" },
		minutes: { type: "string", default: "1" },
		territories: { type: "string" },
		districts: { type: "string" },
		pace: { type: "string", default: "10" },
		compare: { type: "string", default: "20000" },
		quiet: { type: "string", default: "20" },
		exchange: { type: "string" },
		join: { type: "string" },
		origins: { type: "string", default: "1254" },
		patience: { type: "string", default: "900" },
	},
});

const number = (name) => {
	const value = Number(options[name]);
	if (!Number.isFinite(value) || value < 0)
		throw new Error(`--${name} ${options[name]}: a number is needed`);
	return value;
};
const count = number("nodes");
const patience = number("patience");
const start = Date.now();
const say = (text) =>
	console.log(`${((Date.now() - start) / 1000).toFixed(1).padStart(7)} s  ${text}`);
const mb = (kb) => `${(kb / 1024).toFixed(1)} MB`;
const percent = (share) => `${(100 * share).toFixed(1)} %`;

// Small networks are asked often so that a run ends; a country as a country
// would do it.
const exchange = options.exchange ?? String(Math.max(1, Math.round(count / 20)));
const settings = {
	"replication.exchange_seconds": exchange,
	"replication.peers_seconds": String(Math.max(2, Math.round(count / 2))),
	"replication.push_seconds": count > 24 ? "2" : "0",
	"replication.neighbours": count > 24 ? "8" : "3",
};

async function build() {
	const known = options.territories
		? readTerritories(options.territories)
		: gazetteerTerritories();
	const territories = choose(known, count);
	const cut = options.districts ?? (canCut() && count <= 200 ? "4" : "0");
	const districts = await Districts.make(options.faults ? Number(cut) : 0);
	if (options.faults && districts.count === 0)
		say("nobody is cut off: that takes --districts, and namespaces");
	const members = await makeCrowd(territories, { districts, settings, say });
	say(`${count} nodes made, from ${territories[0].name} to ${territories.at(-1).name}`);
	await each(members, (m) => m.up());
	say(`all are up: ${mb(memory(members).pss)} each`);
	const edges = graph(territories);
	await introduce(members, edges);
	say(`each administrator admits ${((edges.joins.length + edges.admits.length) / count).toFixed(1)} nodes`);
	return { districts, members };
}

async function publish(members) {
	const projects = number("projects");
	let left = projects;
	await each(members, async (m, i) => {
		const mine = Math.floor(((i + 1) * projects) / count) - Math.floor((i * projects) / count);
		left -= mine;
		await populate(m, mine);
	});
	say(`${projects - left} projects imported; their keys are being made`);
	await each(members, (m) =>
		waitFor(
			`the entries of ${m.domain}`,
			async () => {
				const status = await m.node.ask("status");
				// Its holder and, where it has keys, its territory too.
				return status.catalogue_entries > m.projects.length;
			},
			{ seconds: patience, everyMs: 500 },
		),
	);
	say("all projects are in their node's catalogue");
}

const showCoverage = async (members) => {
	const { admitted, shown } = await coverage(members);
	say(`of all pairs ${percent(admitted)} are admitted, ${percent(shown)} shown`);
	return admitted;
};

const showMemory = (members) => {
	const m = memory(members);
	say(
		`memory of a node: ${mb(m.pss)} PSS, of it ${mb(m.anonymous)} its own` +
			` (${mb(m.rss)} RSS); all ${m.nodes}: ${mb(m.pss * m.nodes)}; the largest ${mb(m.largest)}`,
	);
};

async function quietTime(members, districts) {
	const seconds = number("quiet");
	if (seconds === 0) return undefined;
	const [before, cpu, wire] = [await traffic(members), processor(members), await districts.bytes()];
	const from = Date.now();
	await waitFor("quiet time to pass", () => Date.now() - from > seconds * 1000, {
		seconds: seconds + 60,
		everyMs: 250,
	});
	const took = (Date.now() - from) / 1000;
	const now = difference(await traffic(members), before);
	const used = processor(members) - cpu;
	const wired = wire === undefined ? undefined : (await districts.bytes()) - wire;
	const each = (n) => (n / took / count).toFixed(3);
	say(
		`quiet, a node a second: ${each(now.requests)} requests, ${each(now.connections)} handshakes,` +
			` ${each(now.bytes)} bytes of HTTP${wired === undefined ? "" : `, ${each(wired)} on the wire`},` +
			` ${((1000 * used) / took / count).toFixed(2)} ms of processor`,
	);
	return { requests: now.requests / took, bytes: now.bytes / took };
}

// Some changes, one after the other, in quiet time: how fast and how dear.
async function probes(members, storm, idle, rounds = 5) {
	const times = [];
	const before = await traffic(members);
	const from = Date.now();
	for (let i = 0; i < rounds; i++) {
		const author = storm.dice.of(members.filter((m) => m.projects.length > 0));
		times.push(
			await spread(members, author, {
				seconds: patience,
				change: () =>
					editProject(author, author.projects[0], {
						discoverable: true,
						status: `essai ${i}`,
					}),
			}),
		);
	}
	const took = (Date.now() - from) / 1000;
	const cost = difference(await traffic(members), before);
	const less = (name) => Math.max(0, cost[name] - (idle?.[name] ?? 0) * took) / rounds;
	say(
		`a change is everywhere after ${times.map((t) => t.toFixed(1)).join(", ")} s;` +
			` it costs ${less("requests").toFixed(0)} requests and ${(less("bytes") / 1024).toFixed(0)} kB,` +
			` for ${count - 1} nodes that want it`,
	);
}

process.on("uncaughtException", (error) => {
	console.error(`contrib/simulate: ${error.message}`);
	process.exit(1);
});

if (options.join) {
	await joinCountry({
		entries: number("join"),
		origins: number("origins"),
		say,
		patience,
	});
	process.exit(0);
}

const { districts, members } = await build();
await publish(members);
const seconds = await converge(members, { seconds: patience, wanted: 0.95 });
say(`all catalogues are level, ${seconds.toFixed(1)} s after that`);
await showCoverage(members);
showMemory(members);

const storm = new Storm(members, districts, {
	seed: number("seed"),
	faults: options.faults,
});
const [before, wire] = [await traffic(members), await districts.bytes()];
const cpu = processor(members);
await storm.rage({ seconds: 60 * number("minutes"), pace: number("pace") });
say(`storm: ${Object.entries(storm.counts).map(([what, n]) => `${n} ${what}`).join(", ")}`);
await storm.end();
say("everything is mended");
const took = await converge(members, { seconds: patience, wanted: 0.95 });
say(`converged ${took.toFixed(1)} s after the last fault was mended`);
if (!options.faults) {
	const changes = Object.values(storm.counts).reduce((a, b) => a + b);
	const cost = difference(await traffic(members), before);
	say(
		`a change of the storm cost ${(cost.requests / changes).toFixed(0)} requests,` +
			` ${(cost.connections / changes).toFixed(0)} handshakes, ${(cost.bytes / changes / 1024).toFixed(0)} kB of HTTP` +
			(wire === undefined ? "" : `, ${(((await districts.bytes()) - wire) / changes / 1024).toFixed(0)} kB on the wire`) +
			`, ${((1000 * (processor(members) - cpu)) / changes).toFixed(0)} ms of processor`,
	);
}
const compared = await compare(members, storm.dice, number("compare"));
say(`the same entry by entry: ${compared} of ${count * (count - 1)} pairs compared, all by head and digest`);
say(`every node finds the same ${await found(members)} projects`);
const idle = await quietTime(members, districts);
await probes(members, storm, idle);
await showCoverage(members);
showMemory(members);
await each(members, (m) => m.node.stop());
say("all stopped well");
