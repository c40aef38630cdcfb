// SPDX-License-Identifier: ISC
// HTTP signatures as a peer makes and checks them: draft-cavage-12 and
// RFC 9421, written from the texts and apart from the C implementation.
// Every part can be bent, because tests also play peers that get it wrong.
import {
	constants,
	createHash,
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	sign,
	verify,
} from "node:crypto";

export function rsaKeys() {
	return generateKeyPairSync("rsa", {
		modulusLength: 2048,
		publicKeyEncoding: { type: "spki", format: "pem" },
		privateKeyEncoding: { type: "pkcs8", format: "pem" },
	});
}

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function base58(bytes) {
	let n = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
	let text = "";
	for (; n > 0n; n /= 58n) text = BASE58[Number(n % 58n)] + text;
	for (const byte of bytes) {
		if (byte !== 0) break;
		text = `1${text}`;
	}
	return text;
}

export function ed25519Keys() {
	const { publicKey, privateKey } = generateKeyPairSync("ed25519");
	const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
	return {
		privateKey: privateKey.export({ type: "pkcs8", format: "pem" }),
		publicKey: publicKey.export({ type: "spki", format: "pem" }),
		multibase: `z${base58(Buffer.concat([Buffer.from([0xed, 0x01]), raw]))}`,
	};
}

const sha256 = (body) => createHash("sha256").update(body).digest("base64");

function rawSignature(base, privateKey) {
	const key = createPrivateKey(privateKey);
	const hash = key.asymmetricKeyType === "ed25519" ? null : "sha256";
	return sign(hash, Buffer.from(base), {
		key,
		padding: constants.RSA_PKCS1_PADDING,
	}).toString("base64");
}

function rawVerify(base, publicKey, signature) {
	const key = createPublicKey(publicKey);
	const hash = key.asymmetricKeyType === "ed25519" ? null : "sha256";
	return verify(
		hash,
		Buffer.from(base),
		{ key, padding: constants.RSA_PKCS1_PADDING },
		Buffer.from(signature, "base64"),
	);
}

// Headers for a request signed in the way of draft-cavage-12.
// bend: { digest, date, omit: [header], algorithm, signature, created, expires }
export function signCavage(
	{ method, url, body, keyId, privateKey, headers = {} },
	bend = {},
) {
	const { host, pathname, search } = new URL(url);
	const sent = {
		host,
		date: (bend.date ?? new Date()).toUTCString(),
		...headers,
	};
	const covered = ["(request-target)", "host", "date"];
	if (body !== undefined) {
		sent.digest = bend.digest ?? `SHA-256=${sha256(body)}`;
		covered.push("digest");
	}
	const names = covered.filter((name) => !(bend.omit ?? []).includes(name));
	const base = names
		.map((name) =>
			name === "(request-target)"
				? `${name}: ${method.toLowerCase()} ${pathname}${search}`
				: `${name}: ${sent[name]}`,
		)
		.join("\n");
	const signature = bend.signature ?? rawSignature(base, privateKey);
	const algorithm = bend.algorithm ?? "rsa-sha256";
	sent.signature =
		`keyId="${keyId}",algorithm="${algorithm}",` +
		`headers="${names.join(" ")}",signature="${signature}"`;
	return sent;
}

const RFC9421_ALGORITHM = { rsa: "rsa-v1_5-sha256", ed25519: "ed25519" };

// Headers for a request signed in the way of RFC 9421.
// bend: { digest, created, expires, components, signature, alg, tag }
export function signRfc9421(
	{ method, url, body, keyId, privateKey, headers = {} },
	bend = {},
) {
	const sent = { host: new URL(url).host, ...headers };
	const components = bend.components ?? [
		'"@method"',
		'"@target-uri"',
		...(body === undefined ? [] : ['"content-digest"']),
	];
	if (body !== undefined)
		sent["content-digest"] = bend.digest ?? `sha-256=:${sha256(body)}:`;
	const created = bend.created ?? Math.floor(Date.now() / 1000);
	const kind = createPrivateKey(privateKey).asymmetricKeyType;
	let parameters =
		`(${components.join(" ")});created=${created};keyid="${keyId}"` +
		`;alg="${bend.alg ?? RFC9421_ALGORITHM[kind]}"`;
	if (bend.expires !== undefined) parameters += `;expires=${bend.expires}`;
	const base = [
		...components.map((c) => `${c}: ${componentValue(c, method, url, sent)}`),
		`"@signature-params": ${parameters}`,
	].join("\n");
	const signature = bend.signature ?? rawSignature(base, privateKey);
	sent["signature-input"] = `sig1=${parameters}`;
	sent.signature = `sig1=:${signature}:`;
	return sent;
}

function componentValue(component, method, url, headers) {
	const target = new URL(url);
	switch (component) {
		case '"@method"':
			return method.toUpperCase();
		case '"@target-uri"':
			return url;
		case '"@authority"':
			return target.host;
		case '"@scheme"':
			return target.protocol.slice(0, -1);
		case '"@path"':
			return target.pathname;
		case '"@query"':
			return target.search || "?";
		case '"@request-target"':
			return target.pathname + target.search;
		default: {
			const name = component.replaceAll('"', "");
			if (headers[name] === undefined)
				throw new Error(`the signature covers ${name}, which is not sent`);
			return headers[name];
		}
	}
}

// What a received request's signature says and whether it holds.
// keyOf(keyId) gives the public key as PEM.  Throws with the reason.
export async function checkSignature({ method, url, headers, body }, keyOf) {
	const form = headers["signature-input"] ? "rfc9421" : "cavage";
	const found =
		form === "rfc9421"
			? readRfc9421({ method, url, headers })
			: readCavage({ method, url, headers });
	if (method === "POST") checkDigest(headers, body, form, found.covered);
	const publicKey = await keyOf(found.keyId);
	if (!rawVerify(found.base, publicKey, found.signature))
		throw new Error(`${form} signature by ${found.keyId} does not hold`);
	return { form, keyId: found.keyId, covered: found.covered };
}

function checkDigest(headers, body, form, covered) {
	if (form === "rfc9421") {
		if (!covered.includes('"content-digest"'))
			throw new Error("content-digest is not covered");
		if (!headers["content-digest"]?.includes(`sha-256=:${sha256(body)}:`))
			throw new Error("content-digest is not that of the body");
		return;
	}
	if (!covered.includes("digest")) throw new Error("digest is not covered");
	if (headers.digest !== `SHA-256=${sha256(body)}`)
		throw new Error("digest is not that of the body");
}

function readCavage({ method, url, headers }) {
	const parts = Object.fromEntries(
		[...(headers.signature ?? "").matchAll(/(\w+)=(?:"([^"]*)"|(\d+))/g)].map(
			(m) => [m[1], m[2] ?? m[3]],
		),
	);
	if (!parts.keyId || !parts.signature) throw new Error("no signature");
	const covered = (parts.headers ?? "date").split(" ");
	for (const must of ["(request-target)", "host", "date"])
		if (!covered.includes(must)) throw new Error(`${must} is not covered`);
	const age = Math.abs(Date.now() - Date.parse(headers.date));
	if (!(age < 300_000)) throw new Error(`date ${headers.date} is not now`);
	const { pathname, search } = new URL(url);
	const base = covered
		.map((name) =>
			name === "(request-target)"
				? `${name}: ${method.toLowerCase()} ${pathname}${search}`
				: `${name}: ${headers[name]}`,
		)
		.join("\n");
	return { keyId: parts.keyId, signature: parts.signature, covered, base };
}

function readRfc9421({ method, url, headers }) {
	const input = /^\s*([a-z*][\w.*-]*)=(\(([^)]*)\)(.*))$/.exec(
		headers["signature-input"],
	);
	if (!input) throw new Error(`signature-input: ${headers["signature-input"]}`);
	const [, label, parameters, list, rest] = input;
	const covered = list.split(" ").filter((c) => c !== "");
	const keyId = /;keyid="([^"]*)"/.exec(rest)?.[1];
	const created = Number(/;created=(\d+)/.exec(rest)?.[1]);
	if (!(Math.abs(Date.now() / 1000 - created) < 300))
		throw new Error(`created ${created} is not now`);
	for (const must of ['"@method"', '"@target-uri"'])
		if (!covered.includes(must)) throw new Error(`${must} is not covered`);
	const value = new RegExp(`${label}=:([^:]*):`).exec(headers.signature)?.[1];
	if (!value) throw new Error(`signature: ${headers.signature}`);
	const base = [
		...covered.map((c) => `${c}: ${componentValue(c, method, url, headers)}`),
		`"@signature-params": ${parameters}`,
	].join("\n");
	return { keyId, signature: value, covered, base };
}
