// SPDX-License-Identifier: ISC
// Twelve nodes that know one hub: what they publish, change and delete while
// some of them are killed and others are away ends up the same everywhere,
// entry by entry.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { copyOf, stand } from "./lib/catalogue.mjs";
import { AS2, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { waitFor } from "./lib/wait.mjs";

const COUNT = 12;
const STEPS = 60;
const PROJECTS = 2; // of each node: keys take their time
const SECONDS = 300;
const settings = {
	"replication.exchange_seconds": "1",
	"replication.push_seconds": "0",
	"replication.peers_seconds": "2",
	"replication.neighbours": "3",
};

// The same storm each time, unless PARVIS_SEED says otherwise.
let seed = Number(process.env.PARVIS_SEED ?? 20261127);
const below = (n) => {
	seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
	return Math.floor((seed / 2 ** 32) * n);
};

let nodes = [];
const up = new Set();

before(async () => {
	for (let i = 0; i < COUNT; i += 3)
		nodes.push(
			...(await Promise.all(
				[i, i + 1, i + 2].map((n) =>
					Node.start(`tempete-${n}.localhost`, { settings }),
				),
			)),
		);
	for (const node of nodes) {
		up.add(node);
		await node.profile("tenante", "--discoverable", "yes");
		for (let i = 0; i < PROJECTS; i++)
			await node.ctl(
				...["project", "create", `projet-${i}`, "--holder", "tenante"],
				...["--name", `Projet ${i}`, "--discoverable", "yes"],
			);
	}
});

after(() => stopAll(...up));

test("each joins by naming one node, and all admit all", async () => {
	const [hub, ...others] = nodes;
	for (const node of others) {
		await node.ctl("peer", "join", hub.domain);
		await hub.ctl("peer", "admit", node.domain);
	}
	for (const node of nodes)
		await waitFor(
			`${node.name} to admit the ${COUNT - 1} others`,
			async () => {
				const { items } = await node.ctl("peer", "list");
				return items.filter((p) => p.state === "admitted").length === COUNT - 1;
			},
			{ seconds: SECONDS },
		);
});

test("a storm of changes, deaths and absences", async () => {
	const deleted = new Set();
	for (let step = 0; step < STEPS; step++) {
		const node = nodes[below(COUNT)];
		const project = `projet-${below(PROJECTS)}`;
		if (!up.has(node)) {
			await node.up();
			up.add(node);
		} else if (below(4) === 0 && up.size > COUNT / 2) {
			await node.kill();
			up.delete(node);
		} else if (deleted.has(`${node.name} ${project}`)) {
			await node.ctl("profile", "edit", "tenante", "--summary", `pas ${step}`);
		} else if (below(8) === 0) {
			await node.ctl("project", "delete", project);
			deleted.add(`${node.name} ${project}`);
		} else {
			await node.ctl(
				...["project", "edit", project, "--status", `étape ${step}`],
				...["--discoverable", below(5) === 0 ? "no" : "yes"],
			);
		}
	}
	assert.ok(deleted.size > 0, "nothing was deleted");
	for (const node of nodes)
		if (!up.has(node)) {
			await node.up();
			up.add(node);
		}
});

test("ends with the same catalogues everywhere, entry by entry", async () => {
	for (const author of nodes) {
		for (const node of nodes)
			await waitFor(
				`${node.name} to be level with ${author.name}`,
				async () =>
					(await stand(node, author.domain)) ===
					(await stand(author, author.domain)),
				{ seconds: SECONDS },
			);
		const original = await copyOf(author, author.domain);
		for (const node of nodes)
			assert.equal(await copyOf(node, author.domain), original, node.name);
	}
});

test("and finds the same in them", async () => {
	const totals = new Set();
	for (const node of nodes) {
		const answer = await request(`${node.base}/search?kind=project`, {
			headers: { accept: AS2 },
		});
		totals.add(answer.json().totalItems);
	}
	assert.equal(totals.size, 1, [...totals].join(" "));
	assert.ok([...totals][0] > 0);
});
