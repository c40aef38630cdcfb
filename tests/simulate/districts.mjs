// SPDX-License-Identifier: ISC
// Where the nodes of a simulation live.  Either all on this machine's own
// 127.0.0.1, each with a port, or in districts: network namespaces of ours,
// joined by a bridge that any of them can be taken off.  Needs to be root of
// network and mount namespaces of its own (contrib/simulate sees to it), so
// that nothing of this is seen or left outside.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { settle } from "../network/lib/dns.mjs";

const run = promisify(execFile);
const ip = (...words) => run("ip", words);
const NETWORK = "10.66.0.0/16";

export class Districts {
	// count 0: everything on 127.0.0.1.
	static async make(count) {
		const districts = new Districts();
		districts.count = count;
		districts.used = Array(count).fill(0);
		districts.away = new Set();
		if (count === 0) return districts;
		await run("mount", ["-t", "tmpfs", "tmpfs", "/run"]);
		mkdirSync("/run/netns");
		for (const bridge of ["near", "far"]) {
			await ip("link", "add", bridge, "type", "bridge");
			await ip("link", "set", bridge, "up");
		}
		await ip("address", "add", "10.66.0.1/16", "dev", "near");
		for (let d = 0; d < count; d++) await districts.#add(d);
		return districts;
	}

	async #add(d) {
		await ip("netns", "add", `d${d}`);
		const ends = ["link", "add", `out${d}`, "type", "veth"];
		await ip(...ends, "peer", "name", "in", "netns", `d${d}`);
		await ip("link", "set", `out${d}`, "master", "near", "up");
		await ip("-n", `d${d}`, "link", "set", "lo", "up");
		await ip("-n", `d${d}`, "link", "set", "in", "up");
	}

	get networks() {
		return this.count > 0 ? [NETWORK, "127.0.0.0/8"] : ["127.0.0.0/8"];
	}

	// A place for a node: what Node.create() takes as `at`, and its district.
	async place(index, name) {
		if (this.count === 0) return {};
		const district = index % this.count;
		const number = ++this.used[district];
		const address = `10.66.${district + 1}.${number}`;
		const device = ["address", "add", `${address}/16`, "dev", "in"];
		await ip("-n", `d${district}`, ...device);
		settle(name, address);
		const inside = ["ip", "netns", "exec", `d${district}`];
		return { district, at: { address, port: 443, inside } };
	}

	// From now on those of a district reach each other and nobody else but
	// others that are away.
	async cutOff(district) {
		this.away.add(district);
		await ip("link", "set", `out${district}`, "master", "far");
	}

	async join(district) {
		this.away.delete(district);
		await ip("link", "set", `out${district}`, "master", "near");
	}

	isAway(district) {
		return this.away.has(district);
	}

	// Bytes on all wires so far, with all of TLS and TCP; undefined where the
	// wires are not ours alone.
	async bytes() {
		if (!ownNetwork()) return undefined;
		let sum = received(readFileSync("/proc/net/dev", "utf8"), ["lo", /^out/]);
		for (let d = 0; d < this.count; d++) {
			const show = ["netns", "exec", `d${d}`, "cat", "/proc/net/dev"];
			sum += received((await ip(...show)).stdout, ["lo"]);
		}
		return sum;
	}
}

export const ownNetwork = () => process.env.PARVIS_OWN_NETWORK === "yes";

export const canCut = () => ownNetwork() && existsSync("/proc/self/ns/net");

function received(text, devices) {
	let sum = 0;
	for (const line of text.split("\n").slice(2)) {
		const [name, bytes] = line.trim().split(/[:\s]+/);
		if (devices.some((d) => d === name || (d.test && d.test(name))))
			sum += Number(bytes);
	}
	return sum;
}
