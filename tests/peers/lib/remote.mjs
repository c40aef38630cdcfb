// SPDX-License-Identifier: ISC
// A server of somebody else's making in a process of its own: started,
// commanded and looked at over a channel, IPC for one on Node.js and lines of
// JSON for one in Python.
import { fork, spawn } from "node:child_process";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { certify, freePort, zone } from "../../network/lib/zone.mjs";
import { waitFor } from "../../network/lib/wait.mjs";

const dns = new URL("../../network/lib/dns.mjs", import.meta.url).href;
const beside = (file) => fileURLToPath(new URL(file, import.meta.url));

export class Remote {
	#waiting = new Map();
	#nextCall = 1;

	static fedify(name, options) {
		return Remote.#start(forked("fedify-server.mjs"), name, options);
	}

	static apkit(name, options) {
		const python = beside("../venv/bin/python3");
		return Remote.#start(spawned("apkit_server.py", python), name, options);
	}

	static activityRelay(name, options) {
		const python = beside("../activityrelay/venv/bin/python3");
		return Remote.#start(
			spawned("activityrelay_server.py", python),
			name,
			options,
		);
	}

	// options reach the program as PEER_OPTIONS.  form: what it signs with,
	// "rfc9421" (which Fedify tries first when nothing is said) or "cavage".
	static async #start(launch, name, options = {}) {
		const remote = new Remote();
		remote.port = await freePort();
		remote.domain = `${name}:${remote.port}`;
		remote.base = `https://${remote.domain}`;
		remote.username = options.username ?? "voisine";
		remote.id = `${remote.base}/users/${remote.username}`;
		const { certificate, key } = certify(name);
		const started = launch({
			...process.env,
			NODE_EXTRA_CA_CERTS: zone().ca,
			SSL_CERT_FILE: zone().ca,
			PEER_OPTIONS: JSON.stringify({
				certificate,
				key,
				port: remote.port,
				domain: remote.domain,
				...options,
				username: remote.username,
			}),
		});
		Object.assign(remote, started);
		await remote.#ready();
		return remote;
	}

	#ready() {
		return new Promise((resolve, reject) => {
			this.onMessage((message) => {
				if (message.ready) return resolve();
				const { id, result, error } = message;
				const call = this.#waiting.get(id);
				this.#waiting.delete(id);
				if (error) call.reject(new Error(error));
				else call.resolve(result);
			});
			this.process.once("exit", (code) => {
				const gone = new Error(`${this.domain} ended with ${code}`);
				reject(gone);
				for (const call of this.#waiting.values()) call.reject(gone);
			});
		});
	}

	call(command, ...args) {
		const id = this.#nextCall++;
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, { resolve, reject });
			this.send({ id, command, args });
		});
	}

	get acct() {
		return `${this.username}@${this.domain}`;
	}

	state() {
		return this.call("state");
	}

	// Waits until an activity of a type has come in that test() accepts.
	async received(type, test = () => true, options) {
		return waitFor(
			`${type} at ${this.domain}`,
			async () => {
				const { received, requests, failures } = await this.state();
				const found = received.find((r) => r.type === type && test(r.json));
				if (found) return found;
				throw new Error(
					JSON.stringify({ received, requests, failures }, null, 1),
				);
			},
			options,
		);
	}

	// The requests of a method that were answered well.
	async accepted(method) {
		return (await this.state()).requests.filter(
			(r) => r.method === method && r.status < 300,
		);
	}

	stop() {
		this.close();
		return new Promise((resolve) => {
			if (this.process.exitCode !== null) resolve();
			else this.process.once("exit", resolve);
		});
	}
}

function forked(file) {
	return (env) => {
		const child = fork(beside(file), [], {
			execArgv: ["--import", dns, "--disable-warning=ExperimentalWarning"],
			env,
		});
		return {
			process: child,
			send: (message) => child.send(message),
			onMessage: (listener) => child.on("message", listener),
			close: () => child.disconnect(),
		};
	};
}

function spawned(file, python) {
	return (env) => {
		const child = spawn(python, [beside(file)], {
			stdio: ["pipe", "pipe", "inherit"],
			env,
		});
		return {
			process: child,
			send: (message) => child.stdin.write(`${JSON.stringify(message)}\n`),
			onMessage: (listener) =>
				readline
					.createInterface({ input: child.stdout })
					.on("line", (line) => listener(JSON.parse(line))),
			close: () => child.stdin.end(),
		};
	};
}
