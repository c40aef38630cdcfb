// SPDX-License-Identifier: ISC
// Twelve nodes for a minute: what they publish, change and delete while some
// are killed, paused and cut off from each other ends up the same everywhere.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { before, test } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "./lib/zone.mjs";

const NODES = 12;
const PAIRS = NODES * (NODES - 1);
let report;

before(async () => {
	const { stdout } = await promisify(execFile)(
		path.join(ROOT, "contrib/simulate"),
		[
			...["--build", process.env.PARVIS_BUILD ?? path.join(ROOT, "build-test")],
			...["--nodes", `${NODES}`, "--projects", `${2 * NODES}`, "--faults"],
			...["--minutes", "1", "--pace", "3", "--quiet", "5"],
			...["--patience", "300"],
			...["--seed", process.env.PARVIS_SEED ?? "20261127"],
		],
	);
	report = stdout;
	console.log(report);
});

const count = (what) => Number(new RegExp(`(\\d+) ${what}`).exec(report)?.[1]);

test("nodes that each know a few admit and show all others", () => {
	assert.match(report, /of all pairs 100\.0 % are admitted, 100\.0 % shown/);
});

test("a minute of changes, deaths and absences", () => {
	for (const what of ["changed", "deleted", "hidden", "killed", "paused"])
		assert.ok(count(what) > 0, `${count(what)} ${what}`);
});

test("ends with the same catalogues everywhere, entry by entry", () => {
	assert.match(
		report,
		new RegExp(`the same entry by entry: ${PAIRS} of ${PAIRS} pairs`),
	);
});

test("and the same is found in them everywhere", () => {
	assert.match(report, /every node finds the same [1-9]\d* projects/);
});

test("a change in quiet time is everywhere soon", () => {
	assert.match(report, /a change is everywhere after [\d., ]+ s/);
});
