// SPDX-License-Identifier: ISC
// The administrator's side: setting up, checking, reloading, importing, and
// errors that help.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { connect, request } from "./lib/http.mjs";
import { Node, binary, stopAll } from "./lib/node.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ROOT, certify, zone } from "./lib/zone.mjs";

const run = promisify(execFile);
let node;

before(async () => {
	node = await Node.start("noeud.localhost", { title: "Up Test" });
});

after(() => stopAll(node));

async function check(config) {
	try {
		const { stdout } = await run(binary("parvisd"), ["-n", "-c", config]);
		return { code: 0, stdout };
	} catch (error) {
		return error;
	}
}

describe("configuration", () => {
	const broken = (text) => {
		const file = path.join(zone().dir, "broken.conf");
		writeFileSync(file, text);
		return file;
	};

	test("what init wrote is checked and told", async () => {
		const { code, stdout } = await check(node.config);
		assert.equal(code, 0);
		assert.match(stdout, new RegExp(node.domain));
	});

	test("an unknown key is refused with file and line", async () => {
		const text = readFileSync(node.config, "utf8");
		const lines = text.split("\n");
		const at = lines.findIndex((l) => l.startsWith("[listen]"));
		lines.splice(at + 1, 0, "colour = blue");
		const result = await check(broken(lines.join("\n")));
		assert.notEqual(result.code, 0);
		assert.match(result.stderr, new RegExp(`broken\\.conf:${at + 2}:`));
		assert.match(result.stderr, /colour/);
	});

	test("a value out of bounds is refused with its bounds", async () => {
		const text = readFileSync(node.config, "utf8");
		const result = await check(
			broken(text.replace("[delivery]", "[delivery]\nkeep_days = 0")),
		);
		assert.notEqual(result.code, 0);
		assert.match(result.stderr, /keep_days.*1.*365/);
	});

	test("init refuses to overwrite a node", async () => {
		const result = await run(binary("parvisctl"), [
			...["init", "--yes", "--config", node.config],
			...["--domain", node.domain, "--name", "X", "--admin", "gardienne"],
		]).catch((error) => error);
		assert.notEqual(result.code ?? 0, 0);
		assert.match(result.stderr, /exist/);
	});

	test("a second daemon on the same data is refused", async () => {
		const result = await run(binary("parvisd"), ["-c", node.config]).catch(
			(error) => error,
		);
		assert.ok(result.code > 0);
		assert.ok(result.stderr.length > 0);
		assert.equal((await request(`${node.base}/`)).status, 200);
	});
});

describe("reload", () => {
	test("says what it applied and what it cannot", async () => {
		node.configure({ "listen.threads": "3", "delivery.keep_days": "40" });
		const said = await node.text("reload");
		assert.match(said, /keep_days/);
		assert.match(said, /threads/);
		node.configure({ "listen.threads": "2" });
	});

	test("refuses a broken file and goes on", async () => {
		const good = readFileSync(node.config, "utf8");
		writeFileSync(node.config, good.replace("[listen]", "[listen]\nbad = 1"));
		const { stderr } = await node.refused("reload");
		assert.match(stderr, /bad/);
		writeFileSync(node.config, good);
		assert.equal((await request(`${node.base}/`)).status, 200);
	});

	test("takes a new certificate without a stop", async () => {
		const serial = async () => {
			const socket = await connect(node.base);
			const { serialNumber } = socket.getPeerCertificate();
			socket.destroy();
			return serialNumber;
		};
		const before = await serial();
		const { certificate } = certify(node.name);
		writeFileSync(certificate, "");
		certify(node.name);
		process.kill(node.process.pid, "SIGHUP");
		await waitFor("the new certificate", async () => (await serial()) !== before);
	});
});

describe("import", () => {
	const file = (name, content) => {
		const at = path.join(zone().dir, name);
		const text =
			typeof content === "string" ? content : JSON.stringify(content);
		writeFileSync(at, text);
		return at;
	};
	const person = (username, more = {}) => ({
		username,
		name: username,
		kind: "person",
		...more,
	});

	test("the demonstration data comes in whole", async () => {
		const source = path.join(ROOT, "contrib/demo/chevreuse.json");
		await node.text("import", source);
		const data = JSON.parse(readFileSync(source, "utf8"));
		const project = await node.ctl("project", "show", "ecocentre-dourdan");
		assert.equal(project.name, "Écocentre de Dourdan");
		assert.equal(project.holder, "marie");
		const { items } = await node.ctl("update", "list", "--limit", "1000");
		assert.equal(items.length, data.updates.length);
	});

	test("nobody is made discoverable without consent", async () => {
		const source = file("consent.json", {
			profiles: [
				person("sans", { discoverable: true, indexable: true }),
				person("non", { discoverable: true, consent: false }),
				person("oui", { discoverable: true, consent: true }),
			],
		});
		await node.text("import", source);
		const shown = async (name) =>
			(await node.ctl("profile", "show", name)).discoverable;
		assert.equal(await shown("sans"), false);
		assert.equal(await shown("non"), false);
		assert.equal(await shown("oui"), true);
	});

	test("one mistake and nothing comes in, unless bad ones are skipped", async () => {
		const source = file("mixed.json", {
			profiles: [person("bonne"), person("mauvaise nom"), { name: "x" }],
		});
		const { stderr, stdout } = await node.refused("import", source);
		assert.match(stderr + stdout, /mauvaise nom/);
		await node.refused("profile", "show", "bonne");
		await node.text("import", source, "--skip-bad");
		assert.ok(await node.ctl("profile", "show", "bonne"));
	});

	test("a dry run changes nothing", async () => {
		const source = file("dry.json", { profiles: [person("seche")] });
		await node.text("import", source, "--dry-run");
		await node.refused("profile", "show", "seche");
	});

	test("CSV comes in, with errors by line", async () => {
		const good = "username,name,kind\nvalerie,Valérie V.,person\n";
		await node.text("import", file("profiles.csv", good));
		assert.equal((await node.ctl("profile", "show", "valerie")).name, "Valérie V.");
		const bad = "username,name,kind\nok,Oui,person\nko,Non,martien\n";
		const result = await node.refused("import", file("bad.csv", bad));
		assert.match(result.stderr + result.stdout, /\b3\b.*martien|martien.*\b3\b/s);
	});

	test("what is not JSON is refused with its line", async () => {
		const result = await node.refused("import", file("not.json", '{\n "a": ,\n}'));
		assert.match(result.stderr, /2/);
	});
});

describe("commands", () => {
	test("an unknown command names the nearest", async () => {
		const { code, stderr } = await node.refused("projcet", "list");
		assert.notEqual(code, 0);
		assert.match(stderr, /project list|project/);
	});

	test("something unknown has an exit code of its own", async () => {
		const { code, stderr } = await node.refused("profile", "show", "personne");
		assert.equal(code, 4);
		assert.match(stderr, /personne/);
	});

	test("every read speaks JSON", async () => {
		for (const words of [
			["status"],
			["profile", "list"],
			["project", "list"],
			["update", "list"],
			["host", "list"],
			["queue", "list"],
			["requests", "list"],
		])
			assert.equal(typeof (await node.ctl(...words)), "object", words.join(" "));
	});

	test("no node at the socket is said clearly", async () => {
		await node.stop();
		const { code, stderr } = await node.refused("status");
		assert.notEqual(code, 0);
		assert.match(stderr, /control|socket|run/);
		await node.up();
	});

	test("completion is a script that shells take", async () => {
		const { stdout } = await run(binary("parvisctl"), ["completion", "bash"]);
		const bash = spawn("bash", ["-n"], { stdio: ["pipe", "ignore", "inherit"] });
		bash.stdin.end(stdout);
		const code = await new Promise((resolve) => bash.on("exit", resolve));
		assert.equal(code, 0);
	});

	test("stop ends the node in order", async () => {
		await node.text("stop");
		const [code] = await node.exited;
		assert.equal(code, 0);
		await node.up();
	});
});
