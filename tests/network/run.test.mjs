// SPDX-License-Identifier: ISC
// contrib/run as a person types it, twice: the network stands, an update
// crosses it, and the second start keeps the data.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { request } from "./lib/http.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ROOT, freePort, zone } from "./lib/zone.mjs";

const build = process.env.PARVIS_BUILD ?? path.join(ROOT, "build-test");
const data = path.join(zone().dir, "demo");
const port = await freePort(3);

function start(...more) {
	const child = spawn(
		path.join(ROOT, "contrib/run"),
		[
			...["--yes", "--build", build, "--data", data],
			...["--port", String(port), ...more],
		],
		{ stdio: ["ignore", "pipe", "pipe"] },
	);
	child.said = "";
	child.stdout.on("data", (text) => (child.said += text));
	child.stderr.on("data", (text) => (child.said += text));
	child.ended = new Promise((resolve) => child.on("exit", resolve));
	return child;
}

test("a first start shows that an update arrives", async () => {
	const child = start("--once");
	const code = await child.ended;
	assert.equal(code, 0, child.said);
	assert.match(child.said, /arrived in Nantes/);
	assert.match(child.said, /Portes ouvertes/);
});

test("a second start keeps the data, serves pages and ends at Ctrl-C", async () => {
	assert.ok(existsSync(path.join(data, "chevreuse/parvis.conf")));
	const child = start();
	await waitFor("the nodes", () => /Ctrl-C/.test(child.said));
	assert.doesNotMatch(child.said, /Importing/);
	const page = await request(
		`https://chevreuse.localhost:${port}/@ecocentre-dourdan`,
		{
			headers: { accept: "text/html" },
			ca: path.join(data, "pki/ca.pem"),
		},
	);
	assert.equal(page.status, 200);
	assert.match(page.body, /Écocentre de Dourdan/);
	assert.match(page.body, /Portes ouvertes/);
	child.kill("SIGINT");
	assert.equal(await child.ended, 0, child.said);
	assert.match(child.said, /stopped/);
});
