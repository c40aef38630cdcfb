// SPDX-License-Identifier: ISC
// A Fedify server of its own process, driven over the parent's IPC channel:
// { id, command, args } in, { id, result } or { id, error } out.
import https from "node:https";
import { readFileSync } from "node:fs";
import {
	MemoryKvStore,
	createFederation,
	generateCryptoKeyPair,
} from "@fedify/fedify";
import {
	Accept,
	Announce,
	Application,
	Create,
	Delete,
	Follow,
	Note,
	PUBLIC_COLLECTION,
	Person,
	Reject,
	Tombstone,
	Undo,
	Update,
	isActor,
} from "@fedify/fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

const options = JSON.parse(process.env.PEER_OPTIONS);
const origin = `https://${options.domain}`;

const received = []; // { type, json, form }
const requests = []; // { method, path, form }
const followers = new Map(); // actor id -> { id, inbox, sharedInbox }
const notes = new Map(); // id -> Note
const failures = [];
let keyPairs;

const federation = createFederation({
	kv: new MemoryKvStore(),
	origin,
	allowPrivateAddress: true,
	firstKnock:
		options.form === "cavage" ? "draft-cavage-http-signatures-12" : "rfc9421",
	circuitBreaker: false,
	onOutboxError: (error) => failures.push(String(error)),
});

const actorOf = (context, name) => ({
	id: context.getActorUri(name),
	preferredUsername: name,
	name: `${name} chez Fedify`,
	inbox: context.getInboxUri(name),
	outbox: context.getOutboxUri(name),
	followers: context.getFollowersUri(name),
	endpoints: null,
	url: new URL(`/@${name}`, origin),
});

federation
	.setActorDispatcher("/users/{identifier}", async (context, name) => {
		if (name !== options.username && name !== "instance") return null;
		const pairs = await context.getActorKeyPairs(name);
		const Kind = name === "instance" ? Application : Person;
		return new Kind({
			...actorOf(context, name),
			publicKey: pairs[0].cryptographicKey,
			assertionMethods: pairs.map((pair) => pair.multikey),
		});
	})
	.setKeyPairsDispatcher(async () => {
		keyPairs ??= Promise.all([
			generateCryptoKeyPair("RSASSA-PKCS1-v1_5"),
			generateCryptoKeyPair("Ed25519"),
		]);
		return keyPairs;
	})
	.authorize(async (context, name) => {
		// The actor that signs key requests must be readable by everybody.
		if (!options.authorizedFetch || name === "instance") return true;
		const loader = await context.getDocumentLoader({ identifier: "instance" });
		return (
			(await context.getSignedKeyOwner({ documentLoader: loader })) !== null
		);
	});

// In pages of one, newest first, so that it takes several to read it.
federation
	.setOutboxDispatcher(
		"/users/{identifier}/outbox",
		async (context, name, cursor) => {
			const all = [...notes.values()].reverse();
			const at = Number(cursor);
			const shown = cursor === null ? all : all.slice(at, at + 1);
			return {
				items: shown.map(
					(note) =>
						new Create({
							id: new URL("#create", note.id),
							actor: context.getActorUri(name),
							to: PUBLIC_COLLECTION,
							object: note,
						}),
				),
				nextCursor: at + 1 < all.length ? `${at + 1}` : null,
			};
		},
	)
	.setFirstCursor(async () => "0");

// Where its people follow others.
federation.setWebFingerLinksDispatcher(() => [
	{
		rel: "http://ostatus.org/schema/1.0/subscribe",
		template: `${origin}/authorize_interaction?uri={uri}`,
	},
]);

federation.setFollowersDispatcher(
	"/users/{identifier}/followers",
	async () => ({
		items: [...followers.values()].map((f) => ({
			id: new URL(f.id),
			inboxId: new URL(f.inbox),
			endpoints: f.sharedInbox
				? { sharedInbox: new URL(f.sharedInbox) }
				: null,
		})),
	}),
);

federation.setObjectDispatcher(Note, "/notes/{id}", async (context, { id }) =>
	notes.get(context.getObjectUri(Note, { id }).href) ?? null,
);

async function record(context, activity) {
	const json = await activity.toJsonLd({
		format: "compact",
		contextLoader: context.contextLoader,
	});
	received.push({ type: json.type, json });
}

federation
	.setInboxListeners("/users/{identifier}/inbox", "/inbox")
	.setSharedKeyDispatcher(() => ({ identifier: "instance" }))
	.on(Follow, async (context, follow) => {
		await record(context, follow);
		const follower = await follow.getActor(context);
		if (!isActor(follower)) throw new Error("the follower is not an actor");
		followers.set(follower.id.href, {
			id: follower.id.href,
			inbox: follower.inboxId.href,
			sharedInbox: follower.endpoints?.sharedInbox?.href,
		});
		if (options.manual) return;
		await context.sendActivity(
			{ identifier: options.username },
			follower,
			new Accept({
				id: new URL(`#accept-${crypto.randomUUID()}`, follow.objectId),
				actor: follow.objectId,
				object: follow,
			}),
		);
	})
	.on(Undo, async (context, undo) => {
		await record(context, undo);
		const undone = await undo.getObject(context);
		if (undone instanceof Follow) followers.delete(undo.actorId.href);
	})
	.on(Accept, record)
	.on(Reject, record)
	.on(Create, record)
	.on(Update, record)
	.on(Announce, record)
	.on(Delete, record)
	.onError((_context, error) => failures.push(error.stack ?? String(error)));

const context = () => federation.createContext(new URL(origin), undefined);
const sender = { identifier: options.username };
const everybody = () => [...followers.values()].map(recipient);
const recipient = (f) => ({
	id: new URL(f.id),
	inboxId: new URL(f.inbox),
	endpoints: f.sharedInbox ? { sharedInbox: new URL(f.sharedInbox) } : null,
});
const activityId = () => new URL(`/activities/${crypto.randomUUID()}`, origin);

function makeNote(ctx, id, text, more = {}) {
	return new Note({
		id,
		attribution: ctx.getActorUri(options.username),
		content: text,
		to: PUBLIC_COLLECTION,
		cc: ctx.getFollowersUri(options.username),
		published: Temporal.Now.instant(),
		...more,
	});
}

async function remote(ctx, id) {
	const documentLoader = await ctx.getDocumentLoader({
		identifier: options.username,
	});
	const actor = await ctx.lookupObject(id, { documentLoader });
	if (!isActor(actor)) throw new Error(`${id} is not an actor`);
	return actor;
}

async function toFollowers(ctx, Type, object, members = {}) {
	const activity = new Type({
		id: activityId(),
		actor: ctx.getActorUri(options.username),
		to: PUBLIC_COLLECTION,
		cc: ctx.getFollowersUri(options.username),
		object,
		...members,
	});
	await ctx.sendActivity(sender, everybody(), activity, {
		preferSharedInbox: true,
	});
	return activity.id.href;
}

const commands = {
	lookup: async (id) => {
		const ctx = context();
		return (await remote(ctx, id)).toJsonLd({
			format: "compact",
			contextLoader: ctx.contextLoader,
		});
	},
	follow: async (id) => {
		const ctx = context();
		const target = await remote(ctx, id);
		const follow = new Follow({
			id: activityId(),
			actor: ctx.getActorUri(options.username),
			object: target.id,
			to: target.id,
		});
		await ctx.sendActivity(sender, target, follow);
		return follow.id.href;
	},
	// As one subscribes to a relay: a Follow of everybody, to its inbox.
	subscribe: async (id) => {
		const ctx = context();
		const target = await remote(ctx, id);
		const follow = new Follow({
			id: activityId(),
			actor: ctx.getActorUri("instance"),
			object: PUBLIC_COLLECTION,
		});
		await ctx.sendActivity({ identifier: "instance" }, target, follow);
		return follow.id.href;
	},
	read: async (id) => {
		const ctx = context();
		const documentLoader = await ctx.getDocumentLoader({
			identifier: options.username,
		});
		const object = await ctx.lookupObject(id, { documentLoader });
		return object.toJsonLd({
			format: "compact",
			contextLoader: ctx.contextLoader,
		});
	},
	unfollow: async (id, followId) => {
		const ctx = context();
		const target = await remote(ctx, id);
		const actor = ctx.getActorUri(options.username);
		await ctx.sendActivity(
			sender,
			target,
			new Undo({
				id: activityId(),
				actor,
				to: target.id,
				object: new Follow({
					id: new URL(followId),
					actor,
					object: target.id,
				}),
			}),
		);
	},
	post: async (text) => {
		const ctx = context();
		const id = ctx.getObjectUri(Note, { id: crypto.randomUUID() });
		const note = makeNote(ctx, id, text);
		notes.set(id.href, note);
		await toFollowers(ctx, Create, note);
		return id.href;
	},
	edit: async (id, text) => {
		const ctx = context();
		const note = makeNote(ctx, new URL(id), text, {
			updated: Temporal.Now.instant(),
		});
		notes.set(id, note);
		await toFollowers(ctx, Update, note);
	},
	remove: async (id) => {
		const ctx = context();
		notes.delete(id);
		await toFollowers(ctx, Delete, new Tombstone({ id: new URL(id) }));
	},
	state: () => ({
		received,
		requests,
		failures,
		followers: [...followers.keys()],
	}),
};

async function toWebRequest(req) {
	const chunks = [];
	for await (const chunk of req) chunks.push(chunk);
	const headers = new Headers();
	for (let i = 0; i < req.rawHeaders.length; i += 2)
		headers.append(req.rawHeaders[i], req.rawHeaders[i + 1]);
	return new Request(new URL(req.url, origin), {
		method: req.method,
		headers,
		body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
	});
}

const server = https.createServer(
	{ cert: readFileSync(options.certificate), key: readFileSync(options.key) },
	async (req, res) => {
		const seen = {
			method: req.method,
			path: req.url,
			form: req.headers["signature-input"]
				? "rfc9421"
				: req.headers.signature
					? "cavage"
					: "none",
		};
		requests.push(seen);
		try {
			const answer = await federation.fetch(await toWebRequest(req), {
				contextData: undefined,
			});
			seen.status = answer.status;
			res.writeHead(answer.status, Object.fromEntries(answer.headers));
			res.end(Buffer.from(await answer.arrayBuffer()));
		} catch (error) {
			failures.push(error.stack ?? String(error));
			seen.status = 500;
			res.writeHead(500).end();
		}
	},
);

process.on("message", async ({ id, command, args }) => {
	try {
		process.send({ id, result: await commands[command](...args) });
	} catch (error) {
		process.send({ id, error: error.stack ?? String(error) });
	}
});
process.on("disconnect", () => process.exit(0));

server.listen(options.port, "127.0.0.1", () => process.send({ ready: true }));
