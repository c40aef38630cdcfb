// SPDX-License-Identifier: ISC
// An administrator says where communes are: from a file, and by hand.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { AS2, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ROOT, zone } from "./lib/zone.mjs";

let node;

before(async () => {
	node = await Node.start("pays.localhost", { title: "Up Pays" });
});

after(() => stopAll(node));

// A file in the folder of the test.
function file(name, text) {
	const at = path.join(zone().dir, name);
	writeFileSync(at, text);
	return at;
}

const where = async (insee) => {
	const { latitude, longitude } = await node.ctl("place", "show", insee);
	return [latitude, longitude];
};

describe("a file", () => {
	let before;

	test("is only looked at in a dry run", async () => {
		before = await where("91200");
		const csv = file(
			"communes.csv",
			"code;lat;lon\n91200;48,60;2,05\n75056;43,3;5,4\n00000;1;2\n",
		);
		const seen = await node.ctl("gazetteer", "update", csv, "--dry-run");
		assert.equal(seen.taken, 1);
		assert.equal(seen.moved, 1);
		assert.equal(seen.unknown, 1);
		assert.equal(seen.too_far, 1);
		assert.equal(seen.farthest[0].name, "Paris");
		assert.ok(seen.farthest[0].kilometres > 600);
		assert.deepEqual(await where("91200"), before);
	});

	test("moves places, at once and for every thread", async () => {
		const csv = path.join(zone().dir, "communes.csv");
		await node.ctl("gazetteer", "update", csv);
		assert.deepEqual(await where("91200"), [48.6, 2.05]);
		// Each connection is a new one, for any of the threads.
		await node.project("verger", "--lat", "48.6", "--lon", "2.05");
		for (let i = 0; i < 8; i++)
			await waitFor("the project to be right there", async () => {
				const url = `${node.base}/search?near=91200`;
				const answer = await request(url, { headers: { accept: AS2 } });
				const [found] = answer.json().first.orderedItems;
				return found["parvis:kilometres"] === 0;
			});
		const { items } = await node.ctl(
			...["place", "find", "--lat", "48.6", "--lon", "2.05"],
		);
		assert.equal(items[0].insee, "91200");
		assert.equal(items[0].kilometres, 0);
	});

	test("what is entered from now on is there", async () => {
		await node.profile("camille", "--insee", "91200");
		const camille = await node.actor("camille");
		assert.equal(camille.location.latitude, 48.6);
		assert.equal(camille.location.longitude, 2.05);
	});

	test("one that cannot be used changes nothing", async () => {
		const bad = file("bad.csv", "nom,lat,lon\nDourdan,48.5,2\n");
		const { stderr } = await node.refused("gazetteer", "update", bad);
		assert.match(stderr, /no column has the codes/);
		const far = file("far.csv", "code,lat,lon\n91200,-21.1,55.5\n");
		await node.refused("gazetteer", "update", far);
		assert.deepEqual(await where("91200"), [48.6, 2.05]);
	});

	test("in GeoJSON takes the place of the one before", async () => {
		const ring = [
			[2, 48.5],
			[2.1, 48.5],
			[2.1, 48.6],
			[2, 48.6],
			[2, 48.5],
		];
		const outlines = {
			type: "FeatureCollection",
			features: [
				{
					type: "Feature",
					properties: { code: "91200" },
					geometry: { type: "Polygon", coordinates: [ring] },
				},
			],
		};
		const json = file("contours.geojson", JSON.stringify(outlines));
		await node.ctl("gazetteer", "update", json);
		assert.deepEqual(await where("91200"), [48.55, 2.05]);
		const shown = await node.ctl("gazetteer", "show");
		assert.equal(shown.file, "contours.geojson");
		assert.equal(shown.from_file, 1);
	});
});

describe("by hand", () => {
	test("a correction counts more than the file, overseas too", async () => {
		await node.ctl("place", "set", "91200", "48.52", "2.02");
		await node.ctl("place", "set", "97101", "16.25", "-61.51");
		assert.deepEqual(await where("91200"), [48.52, 2.02]);
		assert.deepEqual(await where("97101"), [16.25, -61.51]);
		const { corrections } = await node.ctl("gazetteer", "show");
		assert.deepEqual(
			corrections.map((c) => c.insee),
			["91200", "97101"],
		);
	});

	test("what is wrong is refused", async () => {
		for (const [args, sentence] of [
			[["99999", "48", "2"], /no commune of today/],
			[["91200", "480", "2"], /latitude/],
			[["91200", "x", "2"], /latitude/],
		]) {
			const { stderr } = await node.refused("place", "set", ...args);
			assert.match(stderr, sentence);
		}
	});

	test("all of it stands after a restart", async () => {
		await node.restart();
		assert.deepEqual(await where("91200"), [48.52, 2.02]);
		assert.deepEqual(await where("97101"), [16.25, -61.51]);
	});

	test("it can be taken back, and the file counts again, then nothing", async () => {
		await node.ctl("place", "reset", "91200");
		assert.deepEqual(await where("91200"), [48.55, 2.05]);
		const { code } = await node.refused("place", "reset", "91200");
		assert.equal(code, 4);
		await node.ctl("gazetteer", "reset");
		assert.deepEqual(await where("97101"), [16.25, -61.51]);
		await node.ctl("gazetteer", "reset", "--corrections");
		const shown = await node.ctl("gazetteer", "show");
		assert.deepEqual(shown.corrections, []);
		assert.equal(shown.file, null);
		assert.notDeepEqual(await where("91200"), [48.55, 2.05]);
	});
});

const shared = process.env.PARVIS_SHARED ?? path.join(ROOT, "../shared");
const reference = path.join(shared, "data/communes.tsv");

describe("the exact reference", { skip: !existsSync(reference) }, () => {
	test("is taken, and every place is there to ten metres", async (t) => {
		const begun = performance.now();
		const report = await node.ctl("gazetteer", "update", reference, "--far", "100");
		t.diagnostic(
			`${report.message}; in ${Math.round(performance.now() - begun)} ms`,
		);
		assert.ok(report.taken > 34000);
		assert.equal(report.unreadable, 0);
		const rows = readFileSync(reference, "utf8").trim().split("\n");
		const [head, ...lines] = rows.map((line) => line.split("\t"));
		const [lat, lon] = ["latitude", "longitude"].map((n) => head.indexOf(n));
		const far = new Set(report.farthest.map((odd) => odd.insee));
		for (const line of lines.filter((_, i) => i % 1000 === 0)) {
			if (far.has(line[0])) continue;
			const at = await where(line[0]);
			assert.ok(Math.abs(at[0] - line[lat]) < 1e-4, line[0]);
			assert.ok(Math.abs(at[1] - line[lon]) < 1e-4, line[0]);
		}
	});
});
