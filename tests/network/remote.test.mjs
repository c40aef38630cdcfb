// SPDX-License-Identifier: ISC
// What is elsewhere, shown here from the copy that this node holds; and
// following it from an account that is elsewhere again.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AS2, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { Peer, answers } from "./lib/peer.mjs";
import { waitFor } from "./lib/wait.mjs";

const settings = {
	"replication.exchange_seconds": "1",
	"replication.push_seconds": "0",
};
const SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe";

let here, there, peer, project;

before(async () => {
	[here, there, peer] = await Promise.all([
		Node.start("ici.localhost", { settings, commune: "Nantes" }),
		Node.start("ailleurs.localhost", { settings }),
		Peer.start("pair.localhost"),
	]);
	await there.profile("paul", "--discoverable", "yes");
	await there.ctl(
		...["project", "create", "epicerie", "--holder", "paul"],
		...["--name", "Épicerie <b>solidaire</b>", "--commune", "Dourdan"],
		...["--stage", "starting", "--theme", "alimentation"],
		...["--status", "On cherche un local", "--summary", "Des **légumes**."],
		...["--discoverable", "yes"],
	);
	project = await there.actor("epicerie");
	await here.profile("lea");
	await here.ctl("peer", "admit", there.domain);
	await found(true);
});

after(() => stopAll(here, there, peer));

const html = { accept: "text/html" };
const page = (path, headers = {}) =>
	request(`${here.base}${path}`, { headers: { ...html, ...headers } });
const remote = (id) => page(`/remote?id=${encodeURIComponent(id)}`);

const found = (shown) =>
	waitFor(`the search to find it: ${shown}`, async () => {
		const answer = await request(`${here.base}/search?q=epicerie`, {
			headers: { accept: AS2 },
		});
		return answer.json().totalItems > 0 === shown;
	});

// Sends a form as a browser does from a page of the node; undefined takes a
// header away.
function send(path, fields, headers = {}, node = here) {
	const sent = {
		...html,
		"content-type": "application/x-www-form-urlencoded",
		origin: node.base,
		"sec-fetch-site": "same-origin",
		...headers,
	};
	return request(`${node.base}${path}`, {
		method: "POST",
		headers: Object.fromEntries(
			Object.entries(sent).filter(([, value]) => value !== undefined),
		),
		body: new URLSearchParams(fields).toString(),
	});
}

const follow = (account, headers) =>
	send("/follow", { uri: project.id, account }, headers);

describe("the page of what is elsewhere", () => {
	test("shows the copy that is held here, and where it comes from", async () => {
		const answer = await remote(project.id);
		assert.equal(answer.status, 200);
		for (const text of [
			"Épicerie solidaire",
			"On cherche un local",
			"<strong>légumes</strong>",
			"alimentation",
			`sur ${there.domain}`,
			"Dourdan",
			`href="${project.url}"`,
		])
			assert.ok(answer.body.includes(text), text);
		assert.match(answer.body, /<meta name="robots" content="noindex">/);
		assert.ok(
			answer.body.includes(`<link rel="canonical" href="${project.url}">`),
		);
		assert.ok(!answer.body.includes("<img"), "a picture of elsewhere");
	});

	test("is where the search leads, with the original beside it", async () => {
		const { body } = await page("/search?q=epicerie");
		const local = `/remote?id=${encodeURIComponent(project.id)}`;
		assert.ok(body.includes(`<h3><a href="${local}">`), body);
		assert.ok(body.includes(`<a href="${project.url}"`));
		assert.ok(body.includes(`Voir sur ${there.domain}</a>`));
	});

	test("needs no answer of the other node", async () => {
		await there.stop();
		const answer = await remote(project.id);
		await there.up();
		assert.equal(answer.status, 200);
		assert.match(answer.body, /Épicerie solidaire/);
	});

	test("is not for what is ours, which has a page already", async () => {
		const ours = await here.actor("lea");
		const answer = await remote(ours.id);
		assert.equal(answer.status, 303);
		assert.equal(answer.headers.location, ours.id);
	});

	test("goes when its owner does not wish to be found any more", async () => {
		await there.ctl("project", "edit", "epicerie", "--discoverable", "no");
		await found(false);
		const hidden = await remote(project.id);
		await there.ctl("project", "edit", "epicerie", "--discoverable", "yes");
		await found(true);
		assert.equal(hidden.status, 404);
		assert.doesNotMatch(hidden.body, /solidaire/);
	});

	test("goes when this node's administrator withholds it", async () => {
		await here.ctl("catalogue", "withhold", project.id);
		const withheld = await remote(project.id);
		await here.ctl("catalogue", "restore", project.id);
		await found(true);
		assert.equal(withheld.status, 404);
		assert.doesNotMatch(withheld.body, /solidaire/);
	});

	test("goes with the node that is refused", async () => {
		await here.ctl("peer", "refuse", there.domain);
		const refused = await remote(project.id);
		await here.ctl("peer", "admit", there.domain);
		await found(true);
		assert.equal(refused.status, 404);
		assert.doesNotMatch(refused.body, /solidaire/);
	});

	for (const id of ["http://ici.example/x", "javascript:alert(1)", "x", "%00"])
		test(`says 4xx to ${JSON.stringify(id)}`, async () => {
			const answer = await page(`/remote?id=${id}`);
			assert.ok([400, 404].includes(answer.status), `${answer.status}`);
			assert.ok(!answer.body.includes('href="javascript'));
		});
});

describe("what nobody here has heard of", () => {
	test("is looked up when the visitor says so, and not before", async () => {
		const actor = peer.actor("inconnue", { discoverable: true });
		const unknown = await remote(actor.id);
		assert.equal(unknown.status, 404);
		assert.match(unknown.body, /action="\/lookup"/);
		assert.equal(peer.count("GET", actor.path), 0);
		const sent = await send("/lookup", { uri: actor.id, next: "show" });
		assert.equal(sent.status, 303);
		const shown = await request(new URL(sent.headers.location, here.base).href, {
			headers: html,
		});
		assert.equal(shown.status, 200);
		assert.match(shown.body, /inconnue of pair\.localhost/);
	});

	test("is no project for being a Group", async () => {
		const actor = peer.actor("club", { discoverable: true, type: "Group" });
		await send("/lookup", { uri: actor.id });
		const { body } = await remote(actor.id);
		assert.match(body, /<p class="kind">Groupe/);
		assert.doesNotMatch(body, /histoire du projet/);
	});

	test("is not shown for having been looked up", async () => {
		const actor = peer.actor("discrete", { discoverable: false });
		const sent = await send("/lookup", { uri: actor.id, next: "show" });
		const hidden = await request(
			new URL(sent.headers.location, here.base).href,
			{ headers: html },
		);
		assert.equal(hidden.status, 404);
		assert.doesNotMatch(hidden.body, /discrete of/);
		assert.doesNotMatch(hidden.body, /action="\/lookup"/);
	});

	test("is not asked for by a page of somebody else", async () => {
		const actor = peer.actor("visee");
		for (const headers of [
			{ "sec-fetch-site": "cross-site" },
			{ "sec-fetch-site": "same-site" },
			{ "sec-fetch-site": undefined, origin: "https://ailleurs.example" },
			{ "sec-fetch-site": undefined, origin: "null" },
		]) {
			const sent = await send("/lookup", { uri: actor.id }, headers);
			assert.equal(sent.status, 403, JSON.stringify(headers));
		}
		assert.equal(peer.count("GET", actor.path), 0);
	});
});

describe("following from an account elsewhere", () => {
	const jrd = (links) =>
		answers.json({ subject: "acct:x", links }, "application/jrd+json");
	const template = (text) => jrd([{ rel: SUBSCRIBE, template: text }]);
	let rule;

	const answered = (behaviour) => {
		rule?.off();
		rule = peer.on("GET", "/.well-known/webfinger", behaviour);
	};
	after(() => rule?.off());

	test("leads to the page that its own server names", async () => {
		answered(template(`${peer.base}/authorize_interaction?uri={uri}`));
		const sent = await follow(`@camille@${peer.domain}`);
		assert.equal(sent.status, 303);
		assert.equal(
			sent.headers.location,
			`${peer.base}/authorize_interaction?uri=${encodeURIComponent(project.id)}`,
		);
		const asked = peer.requests.at(-1).url;
		assert.equal(
			new URL(asked).searchParams.get("resource"),
			`acct:camille@${peer.domain}`,
		);
	});

	test("takes the address of a profile, and FEP-3b86", async () => {
		answered(
			jrd([
				{
					rel: "https://w3id.org/fep/3b86/Follow",
					template: `${peer.base}/suivre?o={object}&x=1`,
				},
			]),
		);
		const sent = await follow(`${peer.base}/@camille`);
		assert.equal(sent.status, 303);
		assert.equal(
			sent.headers.location,
			`${peer.base}/suivre?o=${encodeURIComponent(project.id)}&x=1`,
		);
	});

	for (const bad of [
		"http://pair.example/?uri={uri}",
		"javascript:alert('{uri}')",
		"https://192.168.1.1/?uri={uri}",
		"https://{uri}/suivre",
		"https://a@pair.example/?uri={uri}",
		"https://pair.example/nulle-part",
		"//pair.example/{uri}",
	])
		test(`does not lead to ${bad}`, async () => {
			answered(template(bad));
			const sent = await follow(`camille@${peer.domain}`);
			assert.equal(sent.status, 502);
			assert.equal(sent.headers.location, undefined);
			assert.match(sent.body, /ne dit pas où suivre/);
		});

	test("says in words what is wrong", async () => {
		const table = [
			["pas une adresse", undefined, 400, /Ce n’est pas l’adresse d’un compte/],
			["", undefined, 400, /Donnez l’adresse/],
			["x@10.0.0.1", undefined, 422, /ne peut pas s’adresser/],
			[`nul@${peer.domain}`, answers.status(404), 422, /ne connaît pas/],
			[`lent@${peer.domain}`, answers.cut(), 502, /ne répond pas/],
			[`muet@${peer.domain}`, jrd([]), 502, /ne dit pas où suivre/],
		];
		for (const [account, behaviour, status, words] of table) {
			if (behaviour) answered(behaviour);
			const sent = await follow(account);
			assert.equal(sent.status, status, account);
			assert.match(sent.body, words);
			assert.match(sent.body, /role="alert"/);
		}
	});

	test("says it to programs in English", async () => {
		answered(answers.status(404));
		const json = { accept: "application/json" };
		const sent = await follow(`nul@${peer.domain}`, json);
		assert.equal(sent.status, 422);
		assert.equal(sent.headers["content-type"], "application/problem+json");
		assert.equal(
			sent.json().detail,
			`${peer.domain} does not know this account`,
		);
		const looked = await send("/lookup", { uri: "x" }, json);
		assert.equal(looked.status, 404);
		assert.match(looked.json().detail, /neither a web address nor @name@host/);
	});

	test("works between two of our nodes", async () => {
		const sent = await send(
			"/follow",
			{ uri: project.id, account: `lea@${here.domain}` },
			{},
			there,
		);
		assert.equal(sent.status, 303);
		const { pathname, searchParams } = new URL(sent.headers.location);
		assert.equal(pathname, "/authorize_interaction");
		assert.equal(searchParams.get("uri"), project.id);
		const asked = await request(sent.headers.location, { headers: html });
		assert.equal(asked.status, 200);
		assert.match(asked.body, /Suivre Épicerie solidaire/);
		assert.ok(
			asked.body.includes(
				`parvisctl follow <var>votre-nom</var> ${project.id}`,
			),
		);
	});

	test("is not for a page of somebody else to begin", async () => {
		answered(template(`${peer.base}/?uri={uri}`));
		const before = peer.count("GET", "/.well-known/webfinger");
		const sent = await follow(
			`camille@${peer.domain}`,
			{ "sec-fetch-site": "cross-site" },
		);
		assert.equal(sent.status, 403);
		assert.equal(peer.count("GET", "/.well-known/webfinger"), before);
	});

	test("is limited by the client's address", async () => {
		here.configure({ "listen.lookups_per_minute": "2" });
		await here.ctl("reload");
		answered(template(`${peer.base}/?uri={uri}`));
		const statuses = [];
		for (let i = 0; i < 4; i++)
			statuses.push((await follow(`c${i}@${peer.domain}`)).status);
		here.configure({ "listen.lookups_per_minute": "1000000" });
		await here.ctl("reload");
		assert.deepEqual(statuses, [303, 303, 429, 429]);
	});

	test("an unknown address of whom to follow is offered to be looked up", async () => {
		rule?.off();
		const actor = peer.actor("a-suivre");
		const asked = await page(
			`/authorize_interaction?uri=${encodeURIComponent(actor.acct)}`,
		);
		assert.equal(asked.status, 404);
		assert.equal(peer.count("GET", actor.path), 0);
		const sent = await send("/lookup", { uri: actor.acct, next: "follow" });
		assert.equal(sent.status, 303, sent.body);
		const shown = await request(new URL(sent.headers.location, here.base).href, {
			headers: html,
		});
		assert.equal(shown.status, 200);
		assert.ok(shown.body.includes(`Suivre @a-suivre@${peer.domain}`));
	});
});
