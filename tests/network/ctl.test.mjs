// SPDX-License-Identifier: ISC
// The administrator's side: setting up, checking, reloading, importing, and
// errors that help.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
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
		assert.match(said, /delivery\.keep_days: 40 instead of \d+, applied/);
		assert.match(said, /listen\.threads: needs a restart; the file says 3/);
		const again = await node.text("reload");
		assert.doesNotMatch(again, /keep_days/);
		assert.match(again, /listen\.threads: needs a restart; the file says 3/);
		node.configure({ "listen.threads": "2" });
		assert.doesNotMatch(await node.text("reload"), /restart/);
	});

	test("refuses a broken file and goes on", async () => {
		const good = readFileSync(node.config, "utf8");
		writeFileSync(node.config, good.replace("[listen]", "[listen]\nbad = 1"));
		const { stderr } = await node.refused("reload");
		assert.match(stderr, /bad/);
		assert.match(stderr, /nothing was applied/);
		// A node that runs is asked although its file is wrong.
		const status = await node.ctl("status");
		assert.match(status.attention.join("\n"), /error/);
		assert.match(status.last_error, /reload: .*bad/);
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

	test("CSV of a French spreadsheet comes in, and changes what it says", async () => {
		const text = (...lines) => `\ufeff${lines.join("\r\n")}\r\n`;
		await node.text(
			"import",
			file(
				"tableur.csv",
				text(
					"username;name;latitude;longitude;contact;;",
					"odette;Odette É.;48,53;2,01;06;;",
					";;;;;;",
				),
			),
		);
		const source = file("maj.csv", text("username;name", "odette;Odette"));
		await node.refused("import", source);
		await node.text("import", source, "--update");
		const shown = await node.ctl("profile", "show", "odette");
		assert.equal(shown.name, "Odette");
		assert.equal(shown.contact, "06");
		assert.equal(shown.place.latitude, 48.53);
	});

	test("another encoding is refused with its line and what helps", async () => {
		const bytes = Buffer.from("username;name\nandre;Andr\xe9\n", "latin1");
		const at = path.join(zone().dir, "latin1.csv");
		writeFileSync(at, bytes);
		const { stderr } = await node.refused("import", at);
		assert.match(stderr, /line 2: .*UTF-8.*iconv/);
	});

	test("what is not JSON is refused with its line", async () => {
		const result = await node.refused("import", file("not.json", '{\n "a": ,\n}'));
		assert.match(result.stderr, /2/);
	});
});

describe("places", () => {
	test("a commune's name is enough, and what is alike is told apart", async () => {
		const make = (name, ...more) =>
			["profile", "create", name, "--name", name, ...more];
		await node.ctl(...make("amelie", "--commune", "rambouillet"));
		const { place } = await node.ctl("profile", "show", "amelie");
		assert.equal(place.name, "Rambouillet");
		assert.equal(place.insee, "78517");
		assert.ok(Math.abs(place.latitude - 48.64) < 0.05);
		const wrong = make("denise", "--commune", "Saint-Denis");
		const { stderr } = await node.refused(...wrong);
		assert.match(stderr, /communes named Saint-Denis: give --insee/);
		assert.match(stderr, /93066 \(93200\.\.\., Seine-Saint-Denis\)/);
		await node.ctl(...wrong, "--postcode", "93200");
		const denise = await node.ctl("profile", "show", "denise");
		assert.equal(denise.place.insee, "93066");
	});

	test("init takes a commune's name, and refuses one that is none", async () => {
		const config = path.join(zone().dir, "nulle-part.conf");
		const result = await run(binary("parvisctl"), [
			...["init", "--yes", "--config", config, "--domain", "np.localhost"],
			...["--data", path.join(zone().dir, "nulle-part")],
			...["--name", "X", "--admin", "a", "--commune", "Dordan"],
		]).catch((error) => error);
		assert.equal(result.code, 1);
		assert.match(result.stderr, /Dordan.*Dourdan 91200/);
		assert.ok(!existsSync(config));
	});

	test("communes are found and shown, former ones too", async () => {
		const { items } = await node.ctl("place", "find", "saint-etienne");
		assert.equal(items[0].insee, "42218");
		const former = await node.ctl("place", "show", "01340");
		assert.equal(former.insee, "01015");
		assert.equal(former.former_insee, "01340");
		assert.match(await node.text("place", "find", "91410"), /Dourdan/);
		const { code } = await node.refused("place", "show", "99999");
		assert.equal(code, 4);
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

	test("status is understood at one look", async () => {
		const status = await node.ctl("status");
		assert.equal(status.certificate_names_domain, true);
		assert.ok(Date.parse(status.certificate_ends) > Date.now());
		assert.ok(status.disk_free_bytes > 0);
		assert.equal(status.hosts_down, 0);
		const page = await node.text("status");
		for (const line of [/^Up Test /, /^running +for /m, /^waiting /m, /^down /m])
			assert.match(page, line);
		assert.ok(page.split("\n").length < 24, page);
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
