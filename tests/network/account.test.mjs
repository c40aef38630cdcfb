// SPDX-License-Identifier: ISC
// Who may sign in, how, and what they do then from their own account.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { waitFor } from "./lib/wait.mjs";

const PASSWORD = "une phrase que moi seule connais";
let here, there;

before(async () => {
	[here, there] = await Promise.all([
		Node.start("ici.localhost", {
			settings: { "listen.lookups_per_minute": "1000" },
		}),
		Node.start("ailleurs.localhost"),
	]);
	await here.profile("camille");
	await there.project("fournil", "--discoverable", "yes");
});

after(() => stopAll(here, there));

const form = (node, path, fields, headers = {}) =>
	request(`${node.base}${path}`, {
		method: "POST",
		headers: {
			"content-type": "application/x-www-form-urlencoded",
			accept: "text/html",
			origin: node.base,
			...headers,
		},
		body: new URLSearchParams(fields).toString(),
	});
const page = (path, headers = {}) =>
	request(`${here.base}${path}`, {
		headers: { accept: "text/html", ...headers },
	});
const cookieOf = (answer) =>
	[answer.headers["set-cookie"]].flat()[0]?.split(";")[0];
const token = (link) => new URL(link).searchParams.get("token");
const signIn = (name, password = PASSWORD, fields = {}) =>
	form(here, "/signin", { name, password, ...fields });

let cookie;

describe("an account", () => {
	test("begins with a link, at which a password is chosen once", async () => {
		const { link } = await here.ctl("account", "create", "camille");
		const shown = await page(new URL(link).pathname + new URL(link).search);
		assert.equal(shown.status, 200);
		assert.match(shown.headers["cache-control"], /no-store/);
		const short = await form(here, "/welcome", {
			token: token(link),
			password: "court",
		});
		assert.equal(short.status, 422);
		assert.match(short.body.toString(), /10 à 200/);
		const chosen = await form(here, "/welcome", {
			token: token(link),
			password: PASSWORD,
		});
		assert.equal(chosen.status, 303);
		assert.equal(chosen.headers.location, "/home");
		const [attributes] = [chosen.headers["set-cookie"]].flat();
		for (const wanted of [
			/^__Host-parvis=[0-9a-f]{64};/,
			/; Secure/,
			/; HttpOnly/,
			/; SameSite=Lax/,
			/; Path=\//,
		])
			assert.match(attributes, wanted);
		const again = await form(here, "/welcome", {
			token: token(link),
			password: "tout autre chose ici",
		});
		assert.equal(again.status, 404);
	});

	test("is one for each profile, and for profiles alone", async () => {
		const { stderr } = await here.refused("account", "create", "camille");
		assert.match(stderr, /has an account/);
		await here.refused("account", "create", "inconnue");
		await here.refused("account", "create", "camille", "--email", "pas une");
	});

	test("signs in by name, whatever the case, and by no other password", async () => {
		const answer = await signIn("Camille");
		assert.equal(answer.status, 303);
		cookie = cookieOf(answer);
		const home = await page("/home", { cookie });
		assert.equal(home.status, 200);
		assert.match(home.headers["cache-control"], /no-store/);
		assert.match(home.body.toString(), /Accueil de camille/);
		for (const [name, password] of [
			["camille", `${PASSWORD}x`],
			["personne", PASSWORD],
			["gardienne", PASSWORD],
		]) {
			const wrong = await signIn(name, password);
			assert.equal(wrong.status, 422, name);
			assert.equal(wrong.headers["set-cookie"], undefined);
			assert.match(wrong.body.toString(), /ne vont pas ensemble/);
		}
	});

	test("goes on to a page of this node and to no other", async () => {
		for (const [next, location] of [
			["/search?q=four", "/search?q=four"],
			["https://autre.example/", "/home"],
			["//autre.example/", "/home"],
			["/\\autre.example/", "/home"],
		]) {
			await waitFor("another try", async () => {
				const answer = await signIn("camille", PASSWORD, { next });
				if (answer.status === 429) return false;
				assert.equal(answer.headers.location, location);
				return true;
			});
		}
	});

	test("is asked for where it is needed, and the way back is kept", async () => {
		const answer = await page("/home?before=3");
		assert.equal(answer.status, 303);
		assert.equal(
			answer.headers.location,
			"/signin?next=%2Fhome%3Fbefore%3D3",
		);
	});

	test("is not signed in by the form of another site", async () => {
		const answer = await form(
			here,
			"/signin",
			{ name: "camille", password: PASSWORD },
			{ origin: "https://autre.example" },
		);
		assert.equal(answer.status, 403);
		const follow = await form(
			here,
			"/home/follow",
			{ uri: `${there.base}/actor` },
			{ cookie, origin: "https://autre.example" },
		);
		assert.equal(follow.status, 403);
	});

	test("may be tried so many times a minute, whoever tries", async () => {
		let last;
		for (let i = 0; i < 10 && last?.status !== 429; i++)
			last = await signIn("camille", "au hasard, encore");
		assert.equal(last.status, 429);
		assert.ok(Number(last.headers["retry-after"]) > 0);
	});
});

describe("who is signed in", () => {
	let project;

	test("follows somebody elsewhere, and reads there what is new", async () => {
		project = await there.actor("fournil");
		const answer = await form(
			here,
			"/home/follow",
			{ uri: project.id },
			{ cookie },
		);
		assert.equal(answer.status, 303);
		await waitFor("the follow to be accepted", async () => {
			const html = (await page("/home", { cookie })).body.toString();
			return html.includes("fournil") && !html.includes("en attente");
		});
		await there.publish("fournil", "Le four est **chaud**.");
		await waitFor("the update on the home page", async () =>
			/four est <strong>chaud/.test(
				(await page("/home", { cookie })).body.toString(),
			),
		);
	});

	test("ends a follow", async () => {
		await form(here, "/home/unfollow", { uri: project.id }, { cookie });
		const html = (await page("/home", { cookie })).body.toString();
		assert.match(html, /Personne pour le moment/);
	});

	test("is offered to follow with one press, on the page of each", async () => {
		const mine = (
			await page("/@gardienne", { cookie })
		).body.toString();
		assert.match(mine, /Suivre comme @camille/);
		const others = (await page("/@gardienne")).body.toString();
		assert.match(others, /Suivre depuis mon compte/);
		assert.match(others, /Se connecter/);
	});

	test("signs out here, or everywhere", async () => {
		let second;
		await waitFor("another session", async () => {
			const answer = await signIn("camille");
			second = cookieOf(answer);
			return answer.status === 303;
		});
		const out = await form(here, "/signout", {}, { cookie: second });
		assert.equal(out.status, 303);
		assert.match(cookieOf(out), /=$/);
		assert.equal((await page("/home", { cookie: second })).status, 303);
		assert.equal((await page("/home", { cookie })).status, 200);
		await form(here, "/signout", { everywhere: "1" }, { cookie });
		assert.equal((await page("/home", { cookie })).status, 303);
	});

	test("no more, once suspended; a new link changes the password", async () => {
		await here.ctl("account", "suspend", "camille", "yes");
		await waitFor("a try", async () => {
			const answer = await signIn("camille");
			assert.notEqual(answer.status, 303);
			return answer.status === 422;
		});
		await here.ctl("account", "suspend", "camille", "no");
		const { link } = await here.ctl("account", "link", "camille");
		const chosen = await form(here, "/welcome", {
			token: token(link),
			password: "une autre phrase à moi",
		});
		assert.equal(chosen.status, 303);
		await here.ctl("account", "remove", "camille");
		assert.equal(
			(await page("/home", { cookie: cookieOf(chosen) })).status,
			303,
		);
		assert.deepEqual((await here.ctl("account", "list")).items, []);
		assert.equal((await here.actor("camille")).type, "Person");
	});
});
