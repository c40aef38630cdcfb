// SPDX-License-Identifier: ISC
// A real node of ours: its own process, folder, certificate and port.
import { execFile, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import path from "node:path";
import { promisify } from "node:util";
import { ask } from "./control.mjs";
import { AS2, fetchDocument, request } from "./http.mjs";
import { waitFor } from "./wait.mjs";
import { ROOT, certify, freePort, zone } from "./zone.mjs";

const run = promisify(execFile);
const running = new Set();

process.on("exit", () => {
	for (const node of running) node.process?.kill("SIGKILL");
});

export function binary(name) {
	const build = process.env.PARVIS_BUILD ?? path.join(ROOT, "build-test");
	return path.join(build, "daemon", name);
}

// A sanitizer's finding ends a program with a code of its own.
const ENVIRONMENT = {
	...process.env,
	ASAN_OPTIONS: "detect_leaks=1:exitcode=99",
	UBSAN_OPTIONS: "print_stacktrace=1",
	TSAN_OPTIONS: "exitcode=99",
};

// Settings that keep a test short: retries within seconds, no rate limits.
const TEST_SETTINGS = {
	"listen.requests_per_minute": "1000000",
	"listen.inbox_per_minute": "1000000",
	"listen.lookups_per_minute": "1000000",
	"delivery.first_retry_seconds": "1",
	"delivery.longest_retry_seconds": "2",
	"federation.ask_again_seconds": "1",
};

export class Node {
	// Makes and starts a node.  settings: { "section.name": value }; a list
	// gives a setting several times.
	static async start(name, { settings = {}, ...rest } = {}) {
		const node = await Node.create(name, { settings, ...rest });
		await node.up();
		return node;
	}

	// network: the only addresses that the node may contact.  place: options
	// of init that say where it is.  at: { address, port, inside }, where it
	// listens and the words before its command line that start it there.
	static async create(
		name,
		{
			settings = {},
			title,
			commune = "Dourdan",
			place = ["--commune", commune],
			network = "127.0.0.0/8",
			at,
			pki,
			threads = 2,
		} = {},
	) {
		const node = new Node();
		const label = name.replace(/\.localhost$/, "");
		node.name = name;
		node.port = at?.port ?? (await freePort());
		node.inside = at?.inside ?? [];
		node.domain = node.port === 443 ? name : `${name}:${node.port}`;
		node.base = `https://${node.domain}`;
		node.dir = path.join(zone().dir, label);
		node.config = path.join(zone().dir, `${label}.conf`);
		node.log = path.join(zone().dir, `${label}.log`);
		node.control = path.join(zone().dir, `${label}.control`);
		const { certificate, key } = pki ?? certify(name);
		const set = (values) =>
			Object.entries(values).flatMap(([key, value]) =>
				[value].flat().flatMap((one) => ["--set", `${key}=${one}`]),
			);
		await run(
			binary("parvisctl"),
			[
				"init",
				"--yes",
				...["--config", node.config],
				...["--data", node.dir],
				...["--control", node.control],
				...["--domain", node.domain],
				...["--name", title ?? `Territoire ${label}`],
				...place,
				...["--admin", "gardienne"],
				...["--https", `${at?.address ?? "127.0.0.1"}:${node.port}`],
				...["--certificate", certificate],
				...["--key", key],
				...["--ca-file", zone().ca],
				...[network].flat().flatMap((one) => ["--allow-network", one]),
				...["--allow-port", "any"],
				...["--threads", `${threads}`],
				...set({ ...TEST_SETTINGS, ...settings }),
			],
			{ env: ENVIRONMENT },
		);
		return node;
	}

	// Writes settings into the file; they apply at the next start or reload.
	configure(settings) {
		let text = readFileSync(this.config, "utf8");
		for (const [key, value] of Object.entries(settings))
			text = withSetting(text, ...key.split("."), [value].flat());
		writeFileSync(this.config, text);
	}

	// reachable: false when we are cut off from it: then what it says on its
	// control socket is enough.
	async up({ reachable = true } = {}) {
		const log = openSync(this.log, "a");
		const [program, ...words] = [
			...this.inside,
			...[binary("parvisd"), "-c", this.config],
		];
		this.process = spawn(program, words, {
			stdio: ["ignore", log, log],
			env: ENVIRONMENT,
		});
		closeSync(log);
		running.add(this);
		this.exited = once(this.process, "exit");
		await waitFor(`${this.name} to be ready`, () => this.#ready(reachable));
	}

	async #ready(reachable) {
		if (this.process.exitCode !== null || this.process.signalCode !== null)
			throw new Error(`${this.name} ended:\n${this.logTail()}`);
		if (!reachable) return this.ask("status");
		const answer = await request(`${this.base}/actor`, {
			headers: { accept: AS2 },
		});
		return answer.status === 200;
	}

	// Orderly stop: SIGTERM, and nothing but exit code 0 will do.
	async stop() {
		if (!running.delete(this)) return;
		this.process.kill("SIGTERM");
		const [code, signal] = await this.exited;
		this.#checkLog();
		if (code !== 0)
			throw new Error(
				`${this.name} ended with ${code ?? signal}:\n${this.logTail()}`,
			);
	}

	// The end that nobody asks for.
	async kill() {
		running.delete(this);
		this.process.kill("SIGKILL");
		await this.exited;
		this.#checkLog();
	}

	// What a sanitizer found counts, however the node ended.
	#checkLog() {
		const found = /^.*(ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:)/m;
		const text = this.logText();
		const at = text.search(found);
		if (at >= 0)
			throw new Error(`${this.name}:\n${text.slice(at, at + 6000)}`);
	}

	async restart() {
		await this.stop();
		await this.up();
	}

	logText() {
		return readFileSync(this.log, "utf8");
	}

	logTail(lines = 40) {
		return this.logText().split("\n").slice(-lines).join("\n");
	}

	// parvisctl with arguments: what it printed.
	async text(...args) {
		const { stdout } = await run(
			binary("parvisctl"),
			["-c", this.config, ...args],
			{ env: ENVIRONMENT, maxBuffer: 64 * 1024 * 1024 },
		);
		return stdout;
	}

	// The same with --json, parsed.
	async ctl(...args) {
		const text = await this.text(...args, "--json");
		return text.trim() === "" ? undefined : JSON.parse(text);
	}

	// A command without a program to give it: see control.mjs.
	ask(words, ...rest) {
		return ask(this.control, words, ...rest);
	}

	// A command that must fail: { code, stderr }.
	async refused(...args) {
		try {
			await this.text(...args);
		} catch (error) {
			return { code: error.code, stderr: error.stderr, stdout: error.stdout };
		}
		throw new Error(`parvisctl ${args.join(" ")} did not fail`);
	}

	get inbox() {
		return `${this.base}/inbox`;
	}

	// A profile of a person, of this name: its actor document.
	async profile(username, ...options) {
		await this.ctl("profile", "create", username, "--name", username, ...options);
		return this.actor(username);
	}

	// A project and the profile that holds it: the project's actor document.
	async project(username, ...options) {
		const holder = `${username}-porteuse`;
		await this.profile(holder);
		await this.ctl(
			"project",
			"create",
			username,
			...["--holder", holder, "--name", username, ...options],
		);
		return this.actor(username);
	}

	// An update of a project or a profile: its id.
	async publish(username, text, ...options) {
		const result = await this.ctl(
			"update",
			"publish",
			username,
			...["--text", text, ...options],
		);
		return result.id;
	}

	async timeline(username) {
		return (await this.ctl("timeline", username)).items;
	}

	// Waits until a text stands (or no longer stands) in a home timeline.
	shows(username, text, shown = true) {
		return waitFor(
			`${JSON.stringify(text)} ${shown ? "in" : "out of"} the timeline of ${username}`,
			async () => {
				const items = await this.timeline(username);
				const found = items.find((i) => JSON.stringify(i).includes(text));
				return shown ? found : !found;
			},
		);
	}

	// Has a profile follow someone and waits for the answer.
	async follow(username, target) {
		await this.ctl("follow", username, target);
		await this.followState(username, target, "accepted");
	}

	followState(username, target, state) {
		return waitFor(`${username}'s follow to be ${state}`, async () => {
			const { items } = await this.ctl("follow", "list", username);
			return items.some(
				(i) =>
					i.state === state &&
					[i.actor, i.address].some((a) => a && a.includes(bare(target))),
			);
		});
	}

	async followers(username) {
		return (await this.ctl("followers", username)).items;
	}

	async waiting() {
		return (await this.ctl("queue", "list")).items;
	}

	webfinger(username) {
		return this.resource(`acct:${username}@${this.domain}`);
	}

	async resource(resource) {
		const url = `${this.base}/.well-known/webfinger?resource=${encodeURIComponent(resource)}`;
		return request(url, { headers: { accept: "application/jrd+json" } });
	}

	// The actor document behind a username, found as a stranger finds it.  A
	// new actor answers 503 until its keys are made.
	async actor(username) {
		const answer = await this.webfinger(username);
		const self = answer.json().links.find((l) => l.rel === "self");
		return waitFor(`the keys of ${username}`, () => fetchDocument(self.href));
	}
}

const bare = (target) => target.replace(/^(@|acct:)/, "");

// Replaces or adds a setting in an ini text; commented samples stay.
function withSetting(text, section, name, values) {
	const lines = text.split("\n");
	const start = lines.findIndex((line) => line.trim() === `[${section}]`);
	const own = new RegExp(`^\\s*${name}\\s*=`);
	if (start < 0)
		return `${text}\n[${section}]\n${values.map((v) => `${name} = ${v}\n`).join("")}`;
	let end = lines.findIndex((l, i) => i > start && /^\s*\[/.test(l));
	if (end < 0) end = lines.length;
	const body = lines.slice(start + 1, end).filter((line) => !own.test(line));
	return [
		...lines.slice(0, start + 1),
		...values.map((value) => `${name} = ${value}`),
		...body,
		...lines.slice(end),
	].join("\n");
}

// Stops nodes and peers, all of them even when one complains.
export async function stopAll(...things) {
	const results = await Promise.allSettled(
		things.filter(Boolean).map((t) => (t.stop ? t.stop() : t.down())),
	);
	const failed = results.find((r) => r.status === "rejected");
	if (failed) throw failed.reason;
}
