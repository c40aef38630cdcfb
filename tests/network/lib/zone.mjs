// SPDX-License-Identifier: ISC
// What the servers of one test file share: a temporary folder, a certificate
// authority and ports.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(
	path.dirname(fileURLToPath(import.meta.url)),
	"../../..",
);

let current;

// The folder of this test file, removed at exit unless PARVIS_KEEP is set.
export function zone() {
	if (current) return current;
	const dir = mkdtempSync(path.join(os.tmpdir(), "parvis-test-"));
	const pki = path.join(dir, "pki");
	current = { dir, pki, ca: path.join(pki, "ca.pem") };
	certify("localhost");
	process.on("exit", () => {
		if (process.env.PARVIS_KEEP) console.error(`kept ${dir}`);
		else rmSync(dir, { recursive: true, force: true });
	});
	return current;
}

// A certificate for a name: { certificate, key } as files.
export function certify(name) {
	const { pki } = current ?? zone();
	execFileSync(path.join(ROOT, "contrib/local-ca"), [pki, name], {
		stdio: ["ignore", "ignore", "inherit"],
	});
	return {
		certificate: path.join(pki, `${name}.pem`),
		key: path.join(pki, `${name}.key`),
		certificatePem: readFileSync(path.join(pki, `${name}.pem`)),
		keyPem: readFileSync(path.join(pki, `${name}.key`)),
	};
}

// `count` ports in a row that nobody listens on: the first of them.  They lie
// below the range that the system takes outgoing ports from, and no other test
// that runs beside this one gets them, also while nobody listens.
export async function freePort(count = 1) {
	for (;;) {
		const first = 10000 + Math.floor(Math.random() * 20000);
		if (await isFree(first, count)) return first;
	}
}

async function isFree(first, count) {
	for (let port = first; port < first + count; port++)
		if (!(await reserve(port)) || !(await listens({ port, host: "127.0.0.1" })))
			return false;
	return true;
}

// For as long as this process lives: an abstract socket of that name.
function reserve(port) {
	return listens({ path: `\0parvis-test-port-${port}` }, { keep: true });
}

function listens(where, { keep = false } = {}) {
	return new Promise((resolve) => {
		const server = net.createServer();
		server.once("error", () => resolve(false));
		server.listen(where, () => {
			if (!keep) return server.close(() => resolve(true));
			server.unref();
			resolve(true);
		});
	});
}
