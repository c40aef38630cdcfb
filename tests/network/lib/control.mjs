// SPDX-License-Identifier: ISC
// A node's control socket (daemon/control.h) without parvisctl: for those who
// give so many commands that starting a program for each would be the load.
import net from "node:net";

// Gives the result of a command, or throws the node's sentence.  words: the
// command's, as "project edit"; options as parvisctl would send them.
export function ask(path, words, args = [], options = {}, input) {
	const bytes = input === undefined ? undefined : Buffer.from(input);
	const request = {
		command: words.split(" "),
		arguments: args,
		options,
		...(bytes ? { input_bytes: bytes.length } : {}),
	};
	return new Promise((resolve, reject) => {
		const socket = net.connect(path);
		const chunks = [];
		socket.once("connect", () => {
			socket.write(`${JSON.stringify(request)}\n`);
			if (bytes) socket.write(bytes);
		});
		socket.on("data", (chunk) => chunks.push(chunk));
		socket.once("error", reject);
		socket.once("close", () => {
			try {
				resolve(resultOf(Buffer.concat(chunks).toString(), words));
			} catch (error) {
				reject(error);
			}
		});
	});
}

function resultOf(text, words) {
	const lines = text.split("\n").filter(Boolean);
	if (lines.length === 0) throw new Error(`${words}: no answer`);
	const last = JSON.parse(lines.at(-1));
	if (last.ok) return last.result;
	throw new Error(`${words}: ${last.error} ${JSON.stringify(last.details ?? "")}`);
}
