// SPDX-License-Identifier: ISC
// Whether all nodes hold the same, and of whom.
import { createHash } from "node:crypto";
import { copyOf } from "../network/lib/catalogue.mjs";
import { AS2, fetchDocument, request } from "../network/lib/http.mjs";
import { waitFor } from "../network/lib/wait.mjs";
import { each } from "./crowd.mjs";

const standOf = (head) =>
	["epoch", "seq", "count", "digest"].map((n) => head[`parvis:${n}`]).join("/");

// Where all logs stand at a node: domain -> "epoch/seq/count/digest".
export async function stands(node) {
	const found = new Map();
	let url = `${node.base}/catalogue/frontier?after=0`;
	for (let more = true; more; ) {
		const page = await fetchDocument(url);
		for (const head of page.orderedItems)
			found.set(head["parvis:origin"], standOf(head));
		more = page["parvis:more"] === true;
		url =
			`${node.base}/catalogue/frontier?after=${page["parvis:cursor"]}` +
			`&boot=${page["parvis:boot"]}`;
	}
	return found;
}

// How many of the others each admits, and of how many it holds a catalogue:
// as shares of all pairs.
export async function coverage(members) {
	let admitted = 0;
	let shown = 0;
	await each(members, async ({ node }) => {
		for (const isShown of (await admissions(node)).values()) {
			admitted++;
			if (isShown) shown++;
		}
	});
	const pairs = members.length * (members.length - 1);
	return { admitted: admitted / pairs, shown: shown / pairs };
}

// Those whom a node admits: domain -> whether something of it is held.
async function admissions(node) {
	const found = new Map();
	for (let after; ; ) {
		const page = await node.ask("peer list", [], {
			limit: 200,
			...(after ? { after } : {}),
		});
		for (const peer of page.items) {
			if (peer.state === "admitted")
				found.set(peer.domain, peer.seq !== undefined && !peer.problem);
		}
		after = page.next;
		if (!after) return found;
	}
}

// Where each log stands at its author: domain -> stand.
async function authorsOf(members) {
	const authors = new Map();
	await each(members, async (m) => {
		const head = await headOf(m.node, m.domain);
		authors.set(m.domain, head && standOf(head));
	});
	return authors;
}

// What a node lacks of what authors show: a sentence, or undefined.
async function lack(member, authors) {
	const seen = await stands(member.node);
	const admitted = await admissions(member.node);
	for (const [domain, stand] of authors)
		if (domain !== member.domain && admitted.has(domain))
			if (seen.get(domain) !== stand)
				return `${member.domain}: ${domain} is ${seen.get(domain)}, not ${stand}`;
	return undefined;
}

// Waits until each node shows of every log that it admits what its author
// shows now (a node that starts brings its log up to date a little later), and
// until the share `wanted` of all pairs is shown.  Gives the seconds that it took.
export async function converge(members, { seconds, wanted }) {
	const start = Date.now();
	let lag = [...members];
	await waitFor(
		"all catalogues to be the same",
		async () => {
			const authors = await authorsOf(members);
			const still = [];
			let why;
			await each(lag, async (m) => {
				const lacking = await lack(m, authors);
				if (lacking === undefined) return;
				why = lacking;
				still.push(m);
			});
			const all = lag.length === members.length;
			lag = still.length > 0 ? still : [...members];
			if (still.length > 0)
				throw new Error(`${still.length} nodes lag; ${why}`);
			if (!all) return false; // and once more, all at one time
			const { admitted, shown } = await coverage(members);
			if (admitted >= wanted && shown === admitted) return true;
			throw new Error(`${admitted} are admitted, ${shown} shown`);
		},
		// Looking costs the nodes something too: not more than it tells.
		{ seconds, everyMs: Math.max(250, 60 * members.length) },
	);
	return (Date.now() - start) / 1000;
}

// From a change of a member's until all others who admit it have it: seconds.
export async function spread(members, author, { seconds, change }) {
	const domain = author.domain;
	const at = async (m) => (await headOf(m.node, domain))?.["parvis:seq"] ?? 0;
	const before = await at(author);
	await change();
	const start = Date.now();
	const seq = await waitFor("the author's own entry", async () => {
		const now = await at(author);
		return now > before && now;
	});
	let lag = members.filter((m) => m !== author);
	await waitFor(
		`all to have entry ${seq} of ${domain}`,
		async () => {
			const still = [];
			await each(lag, async (m) => {
				if ((await at(m)) < seq) still.push(m);
			});
			lag = still;
			return lag.length === 0;
		},
		{ seconds, everyMs: 20 },
	);
	return (Date.now() - start) / 1000;
}

async function headOf(node, domain) {
	const answer = await request(
		`${node.base}/catalogue?origin=${domain}&after=${2 ** 52}`,
		{ headers: { accept: AS2 } },
	);
	return answer.status === 200 ? answer.json()["parvis:head"] : undefined;
}

// Compares catalogues entry by entry with their author's: all pairs, or as
// many as `most` at random.  Gives how many; throws what differs.
export async function compare(members, dice, most = Infinity) {
	const all = members.length ** 2;
	let compared = 0;
	const chance = most >= all ? 1 : most / all;
	for (const author of members) {
		const others = members.filter(
			(m) => m !== author && dice.below(1e6) < chance * 1e6,
		);
		if (others.length === 0) continue;
		const original = await hashOf(author, author);
		await each(others, async (m) => {
			compared++;
			if ((await hashOf(m, author)) !== original)
				throw new Error(`${m.domain} shows ${author.domain} otherwise`);
		});
	}
	return compared;
}

// How many projects the search of each node finds: the same number, or a
// sentence that is thrown.
export async function found(members) {
	const totals = new Map();
	await each(members, async ({ node, domain }) => {
		const answer = await request(`${node.base}/search?kind=project`, {
			headers: { accept: AS2 },
		});
		totals.set(answer.json().totalItems, domain);
	});
	if (totals.size === 1) return [...totals.keys()][0];
	throw new Error(`found projects differ: ${JSON.stringify([...totals])}`);
}

const hashOf = async (at, author) =>
	createHash("sha256")
		.update(await copyOf(at.node, author.domain))
		.digest("hex");
