// SPDX-License-Identifier: ISC
// Names under .localhost are this machine (RFC 6761), which Node's resolver
// does not know.  Loaded with --import before anything else, so that every
// library in the process, ours or not, reaches the nodes of a test.
import dns from "node:dns";
import dnsPromises from "node:dns/promises";
import { syncBuiltinESMExports } from "node:module";

const places = new Map();

// From now on a name is at an address of a network of ours.
export function settle(name, address) {
	places.set(name, address);
}

const addressOf = (name) => places.get(name) ?? "127.0.0.1";
const isLocal = (name) => /(^|\.)localhost\.?$/i.test(name);

const systemLookup = dns.lookup;
dns.lookup = function lookup(name, options, callback) {
	if (typeof options === "function") [options, callback] = [{}, options];
	if (!isLocal(name)) return systemLookup(name, options, callback);
	const all = typeof options === "object" && options?.all;
	process.nextTick(() =>
		all
			? callback(null, [{ address: addressOf(name), family: 4 }])
			: callback(null, addressOf(name), 4),
	);
};

const systemLookupPromise = dnsPromises.lookup;
dnsPromises.lookup = async function lookup(name, options) {
	if (!isLocal(name)) return systemLookupPromise(name, options);
	const found = { address: addressOf(name), family: 4 };
	return options?.all ? [found] : found;
};

syncBuiltinESMExports();
