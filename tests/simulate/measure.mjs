// SPDX-License-Identifier: ISC
// What a node costs: memory, processor, messages.
import { readFileSync } from "node:fs";
import { each } from "./crowd.mjs";

// Of all that run, in kB: private and anonymous is a node's own; what is
// mapped of files (program, database) the system can take back.
export function memory(members) {
	const rows = members
		.filter((m) => m.state === "up")
		.map((m) => smaps(m.node.process.pid));
	const sum = (name) => rows.reduce((n, row) => n + row[name], 0);
	return {
		nodes: rows.length,
		rss: sum("Rss") / rows.length,
		pss: sum("Pss") / rows.length,
		anonymous: sum("Pss_Anon") / rows.length,
		largest: Math.max(...rows.map((row) => row.Pss)),
	};
}

// A node that was started by way of another program is that program's image
// after exec: the pid is the node's.
function smaps(pid) {
	const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
	return Object.fromEntries(
		[...text.matchAll(/^(\w+):\s+(\d+) kB$/gm)].map(([, n, kb]) => [
			n,
			Number(kb),
		]),
	);
}

// Seconds of processor time of all that run.
export function processor(members) {
	let ticks = 0;
	for (const m of members) {
		if (m.state !== "up") continue;
		const stat = readFileSync(`/proc/${m.node.process.pid}/stat`, "utf8");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		ticks += Number(fields[11]) + Number(fields[12]);
	}
	return ticks / 100;
}

// What the nodes sent since their starts, together.
export async function traffic(members) {
	const sum = { requests: 0, connections: 0, bytes: 0 };
	await each(members, async (m) => {
		const status = await m.node.ask("status");
		sum.requests += status.requests_made;
		sum.connections += status.connections_made;
		sum.bytes += status.request_bytes + status.answer_bytes;
	});
	return sum;
}

export const difference = (now, before) =>
	Object.fromEntries(
		Object.entries(now).map(([name, value]) => [name, value - before[name]]),
	);
