// SPDX-License-Identifier: ISC
// Catalogue logs as parvis-catalogue(7) describes them, written from that page
// and apart from the C implementation: signing, reading and verifying.
import {
	createHash,
	createPublicKey,
	sign as signBytes,
	verify as verifyBytes,
} from "node:crypto";
import { AS2, fetchDocument, request } from "./http.mjs";

const LANES = 1024;
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export const CONTEXT = [
	"https://www.w3.org/ns/activitystreams",
	{ parvis: "urn:parvis:" },
];

// RFC 8785: names in the order of their UTF-16 code units, which is what sort()
// goes by; numbers and strings are written as JSON.stringify() writes them.
export function canonical(value) {
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	if (value === null || typeof value !== "object")
		return JSON.stringify(value);
	const members = Object.keys(value)
		.sort()
		.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
	return `{${members.join(",")}}`;
}

const sha256 = (data) => createHash("sha256").update(data).digest();

function base58Encode(bytes) {
	let n = BigInt(`0x${bytes.toString("hex")}`);
	let text = "";
	for (; n > 0n; n /= 58n) text = BASE58[Number(n % 58n)] + text;
	const zeros = bytes.findIndex((byte) => byte !== 0);
	return "1".repeat(Math.max(zeros, 0)) + text;
}

function base58Decode(text) {
	let n = 0n;
	for (const letter of text) {
		const digit = BASE58.indexOf(letter);
		if (digit < 0) throw new Error(`${text} is not base58`);
		n = n * 58n + BigInt(digit);
	}
	const hex = n.toString(16);
	const zeros = /^1*/.exec(text)[0].length;
	return Buffer.concat([
		Buffer.alloc(zeros),
		Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex"),
	]);
}

// A public Ed25519 key from a Multikey's text.
export function keyOfMultibase(multibase) {
	const bytes = base58Decode(multibase.slice(1));
	if (multibase[0] !== "z" || bytes.length !== 34 || bytes.readUInt16BE() !== 0xed01)
		throw new Error(`${multibase} is no Ed25519 key`);
	const head = Buffer.from("302a300506032b6570032100", "hex");
	return createPublicKey({
		key: Buffer.concat([head, bytes.subarray(2)]),
		format: "der",
		type: "spki",
	});
}

// --- Proofs ---

function signedBytes(document) {
	const { proof, ...bare } = document;
	const { proofValue, ...options } = proof;
	return Buffer.concat([sha256(canonical(options)), sha256(canonical(bare))]);
}

// The document with a proof in place of the one that it has.
export function prove(document, method, privateKey) {
	const { proof: _, ...bare } = document;
	const proof = {
		"@context": document["@context"],
		type: "DataIntegrityProof",
		cryptosuite: "eddsa-jcs-2022",
		verificationMethod: method,
		proofPurpose: "assertionMethod",
		created: document.published,
	};
	const bytes = signedBytes({ ...bare, proof });
	const signature = signBytes(null, bytes, privateKey);
	return { ...bare, proof: { ...proof, proofValue: `z${base58Encode(signature)}` } };
}

function checkProof(document, method, key) {
	const { proof } = document;
	expect(proof && !Array.isArray(proof), "no proof", document);
	expect(proof.type === "DataIntegrityProof", "proof.type", proof);
	expect(proof.cryptosuite === "eddsa-jcs-2022", "cryptosuite", proof);
	expect(proof.proofPurpose === "assertionMethod", "proofPurpose", proof);
	expect(proof.verificationMethod === method, "verificationMethod", proof);
	expect(
		canonical(proof["@context"]) === canonical(document["@context"]),
		"the proof's @context",
		proof,
	);
	expect(
		verifyBytes(
			null,
			signedBytes(document),
			key,
			base58Decode(proof.proofValue.slice(1)),
		),
		"the proof does not match",
		document,
	);
}

function expect(condition, what, shown) {
	if (!condition)
		throw new Error(`${what}: ${JSON.stringify(shown)?.slice(0, 600)}`);
}

// --- Digest ---

// What the element of an entry is made of, and its bytes.
export function elementInput(entry) {
	const number = Buffer.alloc(8);
	number.writeBigUInt64BE(BigInt(entry["parvis:seq"]));
	return Buffer.concat([
		Buffer.from("parvis-catalogue\0"),
		Buffer.from(`${entry.object.id}\0`),
		number,
		sha256(canonical(entry)),
	]);
}

export const element = (entry) =>
	createHash("shake256", { outputLength: 2 * LANES })
		.update(elementInput(entry))
		.digest();

// The digest over live entries, in hexadecimal digits.
export function digestOf(entries) {
	const sum = Buffer.alloc(2 * LANES);
	for (const bytes of entries.map(element))
		for (let at = 0; at < 2 * LANES; at += 2)
			sum.writeUInt16LE(
				(sum.readUInt16LE(at) + bytes.readUInt16LE(at)) & 0xffff,
				at,
			);
	return sha256(sum).toString("hex");
}

// --- Verifying ---

function checkStamp(document, kind, { domain, key, now }) {
	const base = `https://${domain}`;
	expect(
		canonical(document["@context"]) === canonical(CONTEXT),
		"@context",
		document,
	);
	expect(document["parvis:kind"] === kind, "parvis:kind", document);
	expect(document["parvis:origin"] === domain, "parvis:origin", document);
	expect(document.actor === `${base}/actor`, "actor", document);
	for (const name of ["parvis:epoch", "parvis:seq"])
		expect(Number.isSafeInteger(document[name]), name, document);
	const latest = now + 600;
	expect(Date.parse(document.published) / 1000 <= latest, "published", document);
	expect(document["parvis:epoch"] <= latest, "parvis:epoch", document);
	checkProof(document, `${base}/actor#ed25519-key`, key);
}

const objectId = (entry) =>
	typeof entry.object === "string" ? entry.object : entry.object.id;

function checkEntry(entry, origin) {
	const { domain } = origin;
	checkStamp(entry, "catalogue", origin);
	expect(
		entry.id ===
			`https://${domain}/catalogue/${entry["parvis:epoch"]}/${entry["parvis:seq"]}`,
		"an entry's id",
		entry,
	);
	expect(Buffer.byteLength(canonical(entry)) <= 16384, "size", entry);
	expect(["Update", "Remove", "Delete"].includes(entry.type), "type", entry);
	for (const id of [objectId(entry), entry.object.attributedTo ?? `https://${domain}/`])
		expect(new URL(id).host === domain, "an id on another host", entry);
	if (entry.type === "Remove")
		expect(entry.target === `https://${domain}/catalogue`, "target", entry);
	if (entry.type === "Delete")
		expect(
			Object.keys(entry.object).sort().join() === "deleted,id,type",
			"a Tombstone",
			entry,
		);
}

// Verifies pages, from the first to the last, of a log; throws what is wrong.
// Gives { head, entries, live }: all entries as they came, and live ones by
// object id.
export function verifyPages(pages, { domain, key, now = Date.now() / 1000 }) {
	const origin = { domain, key, now };
	const state = new Map();
	const entries = [];
	for (const page of pages) {
		const items = page.orderedItems ?? [];
		expect(page.type === "OrderedCollectionPage", "page.type", page);
		expect(items.length <= 100, "entries on a page", items.length);
		checkStamp(page["parvis:head"], "catalogue-head", origin);
		for (const entry of items) {
			checkEntry(entry, origin);
			const last = entries.at(-1)?.["parvis:seq"] ?? 0;
			expect(entry["parvis:seq"] > last, `a number not above ${last}`, entry);
			entries.push(entry);
			state.set(objectId(entry), entry);
		}
	}
	const head = pages.at(-1)["parvis:head"];
	const live = [...state].filter(([, entry]) => entry.type === "Update");
	expect(head["parvis:count"] === live.length, `${live.length} are live`, head);
	const digest = digestOf(live.map(([, entry]) => entry));
	expect(head["parvis:digest"] === digest, `the digest is ${digest}`, head);
	expect(head["parvis:seq"] >= (entries.at(-1)?.["parvis:seq"] ?? 0), "seq", head);
	return { head, entries, live: new Map(live) };
}

// Reads all pages of a node's log.
export async function readPages(base) {
	const pages = [];
	for (let next = `${base}/catalogue?after=0`; next; next = pages.at(-1).next)
		pages.push(await fetchDocument(next));
	return pages;
}

// Reads and verifies a node's log, with the key that its actor names.
export async function verifyNode(base) {
	const actor = await fetchDocument(`${base}/actor`);
	const { publicKeyMultibase } = [actor.assertionMethod]
		.flat()
		.find(({ id }) => id === `${base}/actor#ed25519-key`);
	const pages = await readPages(base);
	const domain = new URL(base).host;
	const key = keyOfMultibase(publicKeyMultibase);
	return { ...verifyPages(pages, { domain, key }), pages };
}

// --- Copies ---

// Where a log stands at a node: "epoch/seq/digest", or undefined.
export async function stand(node, domain) {
	const answer = await request(`${node.base}/catalogue?origin=${domain}`, {
		headers: { accept: AS2 },
	});
	if (answer.status !== 200) return undefined;
	const head = answer.json()["parvis:head"];
	return [
		head["parvis:epoch"],
		head["parvis:seq"],
		head["parvis:digest"],
	].join("/");
}

// All entries of a log as a node hands them out, as one text.
export async function copyOf(node, domain) {
	const entries = [];
	let url = `${node.base}/catalogue?origin=${domain}&after=0`;
	while (url !== undefined) {
		const page = await fetchDocument(url);
		entries.push(...page.orderedItems);
		url = page.next;
	}
	return JSON.stringify(entries);
}

// --- Writing ---

// A log as its author writes it: write() entries, then head() and page().
export class CatalogueLog {
	constructor(domain, privateKey, epoch = Math.floor(Date.now() / 1000)) {
		this.domain = domain;
		this.base = `https://${domain}`;
		this.privateKey = privateKey;
		this.epoch = epoch;
		this.seq = 0;
		this.entries = new Map(); // object id -> its newest entry
	}

	sign(document, privateKey = this.privateKey) {
		return prove(document, `${this.base}/actor#ed25519-key`, privateKey);
	}

	#stamp(type, kind, members) {
		return {
			"@context": CONTEXT,
			type,
			actor: `${this.base}/actor`,
			published: `${new Date().toISOString().slice(0, 19)}Z`,
			"parvis:kind": kind,
			"parvis:origin": this.domain,
			"parvis:epoch": this.epoch,
			"parvis:seq": this.seq,
			...members,
		};
	}

	// The next entry; it takes the place of the one of the same object.
	write(type, object, members = {}) {
		this.seq++;
		const id = `${this.base}/catalogue/${this.epoch}/${this.seq}`;
		const entry = this.sign(
			this.#stamp(type, "catalogue", { id, object, ...members }),
		);
		this.entries.delete(objectId(entry));
		this.entries.set(objectId(entry), entry);
		return entry;
	}

	head(members = {}) {
		const live = [...this.entries.values()].filter((e) => e.type === "Update");
		return this.sign(
			this.#stamp("parvis:Head", "catalogue-head", {
				id: `${this.base}/catalogue#head`,
				"parvis:count": live.length,
				"parvis:digest": digestOf(live),
				...members,
			}),
		);
	}

	items() {
		return [...this.entries.values()];
	}

	page(items = this.items(), head = this.head(), { after = 0, next } = {}) {
		return {
			"@context": CONTEXT,
			id: `${this.base}/catalogue?after=${after}`,
			type: "OrderedCollectionPage",
			partOf: `${this.base}/catalogue`,
			orderedItems: items,
			"parvis:head": head,
			...(next ? { next } : {}),
		};
	}
}

// --- Keys that give way to another ---

// "z6Mk...": a Multikey's text of an Ed25519 key.
export function multibaseOf(key) {
	const raw = createPublicKey(key)
		.export({ format: "der", type: "spki" })
		.subarray(-32);
	return `z${base58Encode(Buffer.concat([Buffer.from([0xed, 0x01]), raw]))}`;
}

// The statement by which a key of a log's origin gives way to another; signed
// by the old one, unless a signer is given.
export function rotationOf(domain, oldKey, newKey, signer = oldKey) {
	const base = `https://${domain}`;
	const old = multibaseOf(oldKey);
	return prove(
		{
			"@context": CONTEXT,
			type: "parvis:Rotation",
			id: `${base}/catalogue/rotation#${old}`,
			actor: `${base}/actor`,
			published: `${new Date().toISOString().slice(0, 19)}Z`,
			"parvis:kind": "rotation",
			"parvis:origin": domain,
			"parvis:oldKey": old,
			"parvis:newKey": multibaseOf(newKey),
		},
		`${base}/actor#ed25519-key`,
		signer,
	);
}
