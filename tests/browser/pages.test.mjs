// SPDX-License-Identifier: ISC
// What holds for every page: it fits a narrow and a wide screen, works without
// scripts, asks nobody else for anything, and can be read by everyone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { Node, stopAll } from "../network/lib/node.mjs";
import { AS2, request } from "../network/lib/http.mjs";
import { waitFor } from "../network/lib/wait.mjs";
import { launch, outline, visit } from "./lib/browser.mjs";

const axe = readFileSync(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
	"utf8",
);
const PASSWORD = "une phrase que moi seule connais";
const LONG = "Anticonstitutionnellementinterminablement".repeat(2);
const TEXT = `# Grand titre

### Petit titre

Un **mot**, \`du code\`, [un lien](https://example.org/).

> Une citation

- un
- deux

https://example.org/${"chemin-sans-fin".repeat(8)}

\`\`\`
${"une ligne de code ".repeat(8)}
\`\`\`
`;

// name of the page -> [path or id, title, status]
const pages = new Map();
const NAMES = [
	...["front", "territory", "instance", "person", "organisation"],
	...["project", "bare project", "paused project", "update"],
	...["untitled update", "foreign update", "deleted", "unknown"],
	...["search", "search near", "search in vain", "search that is wrong"],
	...["search filtered in vain"],
	...["network", "elsewhere", "elsewhere, bare", "nowhere"],
	...["follow", "follow from here"],
	...["sign in", "choose a password", "home", "home, bare"],
];
const EXCHANGE = {
	"replication.exchange_seconds": "1",
	"replication.push_seconds": "0",
};
let node, other, browser;

// Another node, with something to be shown here.
async function fillOther() {
	await other.profile("paul", "--discoverable", "yes", "--name", LONG);
	await other.ctl(
		...["project", "create", "moulin", "--holder", "paul"],
		...["--name", "Le moulin de Saint-Chéron", "--summary", TEXT],
		...["--status", "Terrain trouvé : on sème !", "--commune", "Dourdan"],
		...["--theme", "farine", "--theme", LONG, "--stage", "starting"],
		...["--discoverable", "yes"],
	);
	const moulin = await other.actor("moulin");
	const told = await other.publish("moulin", TEXT, "--title", `La meule ${LONG}`);
	await node.publish("nu", TEXT, "--in-reply-to", told);
	const paul = await other.actor("paul");
	await node.ctl("peer", "admit", other.domain);
	for (const [name, id, title] of [
		["elsewhere", moulin.id, "Le moulin de Saint-Chéron"],
		["elsewhere, bare", paul.id, LONG],
	]) {
		const address = `/remote?id=${encodeURIComponent(id)}`;
		await waitFor(`${name} to be held`, async () => {
			const answer = await request(node.base + address, {
				headers: { accept: "text/html" },
			});
			return answer.status === 200;
		});
		pages.set(name, [
			address,
			`${title}, sur ${other.domain} · Up PNR Chevreuse`,
		]);
	}
	await waitFor("its story to be held", async () => {
		const answer = await request(node.base + pages.get("elsewhere")[0], {
			headers: { accept: "text/html" },
		});
		return answer.body.includes('class="reply"');
	});
	const uri = encodeURIComponent(moulin.id);
	pages.set("follow", [
		`/follow?uri=${uri}`,
		"Suivre Le moulin de Saint-Chéron · Up PNR Chevreuse",
	]);
	pages.set("follow from here", [
		`/authorize_interaction?uri=${uri}`,
		"Suivre Le moulin de Saint-Chéron · Up PNR Chevreuse",
	]);
	pages.set("nowhere", [
		`/remote?id=${encodeURIComponent(`https://x.example/${LONG}`)}`,
		"Adresse inconnue ici · Up PNR Chevreuse",
		404,
	]);
}

// Signs in for the first time: the cookie.
async function enter(username) {
	const { link } = await node.ctl("account", "create", username);
	const answer = await request(`${node.base}/welcome`, {
		method: "POST",
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: new URLSearchParams({
			token: new URL(link).searchParams.get("token"),
			password: PASSWORD,
		}).toString(),
	});
	assert.equal(answer.status, 303);
	return [answer.headers["set-cookie"]].flat()[0].split(";")[0];
}

async function fillAccounts() {
	const marie = await enter("marie");
	const { link } = await node.ctl("account", "create", "atelier");
	const { pathname, search } = new URL(link);
	pages.set("sign in", [
		"/signin?next=%2Fsearch",
		"Se connecter · Up PNR Chevreuse",
	]);
	pages.set("choose a password", [
		pathname + search,
		"Choisir un mot de passe · Up PNR Chevreuse",
	]);
	await node.profile("lise");
	pages.set("home, bare", [
		"/home",
		"Accueil · Up PNR Chevreuse",
		200,
		await enter("lise"),
	]);
	await node.ctl("follow", "marie", "ecocentre");
	const moulin = await other.actor("moulin");
	await node.ctl("follow", "marie", moulin.id);
	await node.publish("ecocentre", TEXT, "--title", `Les murs ${LONG}`);
	await node.publish("ecocentre", "Sans titre.");
	pages.set("home", ["/home", "Accueil · Up PNR Chevreuse", 200, marie]);
}

async function fill() {
	const ctl = (...args) => node.ctl(...args);
	await node.profile("marie", "--commune", "Dourdan");
	await node.profile(
		"atelier",
		...["--name", LONG, "--kind", "organisation", "--discoverable", "yes"],
		...["--summary", TEXT, "--skill", "Soudure", "--skill", LONG],
		...["--contact", "contact@example.org", "--link", "Site=https://example.org/"],
	);
	const holder = ["--holder", "atelier"];
	await ctl(
		...["project", "create", "ecocentre", ...holder, "--stage", "starting"],
		...["--name", "Écocentre de Dourdan", "--summary", TEXT],
		...["--status", "Terrain trouvé : on sème !", "--commune", "Dourdan"],
		...["--theme", "nature", "--team", "Porteuse=@marie"],
		...["--team", `Trésorier=${LONG}`, "--supporter", "Mairie"],
	);
	await ctl("project", "create", "nu", ...holder, "--name", "Nu");
	await ctl(
		...["project", "create", "pause", ...holder, "--name", LONG],
		...["--stage", "paused"],
	);
	await ctl("project", "create", "parti", ...holder, "--name", "Parti");
	const project = await node.actor("ecocentre");
	await waitFor("it to be found", async () => {
		const found = await request(`${node.base}/search?q=ecocentre`, {
			headers: { accept: AS2 },
		});
		return found.json().totalItems > 0;
	});
	const gone = (await node.actor("parti")).url;
	await ctl("project", "delete", "parti");
	const update = await node.publish(
		...["ecocentre", TEXT, "--title", `Portes ouvertes ${LONG}`],
	);
	const untitled = await node.publish(
		...["ecocentre", "Sans titre.", "--published", "2026-03-01T10:00:00Z"],
	);
	const foreign = await node.publish(
		...["ecocentre", "In English.", "--title", "News", "--language", "en"],
	);
	const { url: territory } = await node.actor("territory");
	pages.set("front", ["/", "Up PNR Chevreuse"]);
	pages.set("territory", [territory, "Up PNR Chevreuse"]);
	pages.set("instance", ["/actor", "Serveur · Up PNR Chevreuse"]);
	pages.set("person", ["/@marie", "marie · Up PNR Chevreuse"]);
	pages.set("organisation", ["/@atelier", `${LONG} · Up PNR Chevreuse`]);
	pages.set("project", [
		project.url,
		"Écocentre de Dourdan · Up PNR Chevreuse",
	]);
	pages.set("bare project", ["/@nu", "Nu · Up PNR Chevreuse"]);
	pages.set("paused project", ["/@pause", `${LONG} · Up PNR Chevreuse`]);
	pages.set("update", [
		update,
		`Portes ouvertes ${LONG} · Up PNR Chevreuse`,
	]);
	pages.set("untitled update", [
		untitled,
		"Nouvelle du 1er mars 2026 · Up PNR Chevreuse",
	]);
	pages.set("foreign update", [foreign, "News · Up PNR Chevreuse"]);
	pages.set("search", [
		"/search?q=ecocentre",
		"ecocentre · Chercher · Up PNR Chevreuse",
	]);
	pages.set("search near", [
		"/search?near=Saint-Denis&within=2000&kind=project",
		"Chercher · Up PNR Chevreuse",
	]);
	pages.set("search in vain", [
		`/search?q=${LONG}`,
		`${LONG} · Chercher · Up PNR Chevreuse`,
	]);
	pages.set("search filtered in vain", [
		"/search?near=Dourdan&within=5&theme=xyz&departement=91&kind=need",
		"Chercher · Up PNR Chevreuse",
	]);
	pages.set("search that is wrong", [
		"/search?near=Xyzzyq",
		"Chercher · Up PNR Chevreuse",
	]);
	pages.set("network", ["/network", "Le réseau · Up PNR Chevreuse"]);
	pages.set("deleted", [gone, "Page supprimée", 410]);
	pages.set("unknown", ["/@personne", "Page introuvable", 404]);
}

before(async () => {
	[node, other] = await Promise.all([
		Node.start("chevreuse.localhost", {
			title: "Up PNR Chevreuse",
			settings: EXCHANGE,
		}),
		Node.start("hurepoix.localhost", { settings: EXCHANGE }),
	]);
	await fill();
	await fillOther();
	await fillAccounts();
	browser = await launch();
});

after(async () => {
	await browser?.close();
	await stopAll(node, other);
});

function see(name, options, look) {
	const [address, title, status = 200, cookie] = pages.get(name);
	const url = new URL(address, node.base).href;
	return visit(browser, url, { cookie, ...options }, (seen) =>
		look({ ...seen, title, status }),
	);
}

// A browser itself complains of the document's own status.
const unexpected = (complaints, status) =>
	complaints.filter((c) => status === 200 || !c.includes(`${status}`));

for (const name of NAMES)
	describe(`the page: ${name}`, () => {
		for (const width of [320, 1280])
			test(`fits a screen of ${width} pixels`, () =>
				see(name, { width }, async ({ page, answer, status }) => {
					assert.equal(answer.status(), status);
					const overflow = await page.evaluate(() => ({
						page: document.documentElement.scrollWidth - innerWidth,
						parts: [...document.querySelectorAll("body *")]
							.filter((e) => !e.matches(".skip"))
							.filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
							.map((e) => `${e.tagName} ${e.className}`),
					}));
					assert.ok(overflow.page <= 0, JSON.stringify(overflow));
					assert.deepEqual(overflow.parts, []);
				}));

		for (const width of [320, 1280])
			for (const scheme of ["light", "dark"])
				test(`is accessible, ${scheme}, ${width} pixels`, () =>
					see(name, { width, scheme }, async ({ page }) => {
						await page.evaluate(axe);
						const { violations, passes } = await page.evaluate(() =>
							globalThis.axe.run(),
						);
						assert.ok(passes.length > 10, "hardly a rule was applied");
						assert.deepEqual(
							violations.map((v) => ({
								rule: v.id,
								nodes: v.nodes.map((n) => n.html),
							})),
							[],
						);
					}));

		test("works without scripts, asks nobody else, complains of nothing", () =>
			see(name, { scripts: false }, async (seen) => {
				const { page, answer, asked, complaints, title, status } = seen;
				assert.equal(await page.title(), title);
				assert.match(
					answer.headers()["content-security-policy"],
					/default-src 'none'.*frame-ancestors 'none'/,
				);
				assert.ok(asked.some((url) => url.endsWith("/static/parvis.css")));
				for (const url of asked)
					assert.equal(new URL(url).host, node.domain, url);
				assert.deepEqual(unexpected(complaints, status), []);
				assert.ok(await page.locator("h1").isVisible());
			}));

		test("has an outline that assistive software can follow", () =>
			see(name, {}, async ({ page, complaints, status }) => {
				const seen = await outline(page);
				assert.equal(seen.lang, "fr");
				assert.equal(seen.mains, 1);
				assert.equal(seen.headings[0]?.level, 1);
				assert.equal(seen.headings.filter((h) => h.level === 1).length, 1);
				for (const [i, { level, text }] of seen.headings.entries()) {
					const above = seen.headings[i - 1]?.level ?? 0;
					assert.ok(level <= above + 1, `h${level} "${text}" after h${above}`);
					assert.notEqual(text, "");
				}
				assert.equal(seen.unnamedImages, 0);
				assert.equal(seen.unnamedLinks, 0);
				assert.equal(seen.scripts, 0);
				assert.equal(seen.styled, 0);
				assert.deepEqual(seen.repeatedIds, []);
				assert.deepEqual(unexpected(complaints, status), []);
			}));

		if (!["deleted", "unknown"].includes(name))
			test("lets the keyboard skip to the content", () =>
				see(name, {}, async ({ page }) => {
					await page.keyboard.press("Tab");
					const skip = page.locator(":focus");
					assert.equal(await skip.innerText(), "Aller au contenu");
					const box = await skip.boundingBox();
					assert.ok(box.x >= 0 && box.y >= 0, "it stays out of sight");
					await page.keyboard.press("Enter");
					await page.locator("main:focus").waitFor();
				}));
	});

test("what has the focus is seen to have it", () =>
	see("front", {}, async ({ page }) => {
		const links = await page.locator("a").count();
		for (let i = 0; i < links; i++) {
			await page.keyboard.press("Tab");
			const outlined = await page.evaluate(() =>
				["", "::after"].some((part) => {
					const style = getComputedStyle(document.activeElement, part || null);
					return (
						style.outlineStyle === "solid" && parseInt(style.outlineWidth) >= 2
					);
				}),
			);
			assert.ok(outlined, await page.locator(":focus").innerText());
		}
	}));

describe("searching", () => {
	// What was published a moment ago is found once it has its keys.
	const search = (options, look) =>
		visit(browser, `${node.base}/search`, options, look);

	for (const scripts of [true, false])
		test(`by keyboard alone, ${scripts ? "with" : "without"} scripts`, () =>
			search({ scripts, width: 320 }, async ({ page }) => {
				await page.locator("#q").focus();
				await page.keyboard.type("écocentres");
				await page.keyboard.press("Tab");
				await page.keyboard.type("Dourdan");
				await page.keyboard.press("Enter");
				await page.waitForURL(/near=Dourdan/);
				const hit = page.locator(".result h3 a").first();
				assert.equal(await hit.innerText(), "Écocentre de Dourdan");
				const [first] = await page.locator("a .dot").all();
				assert.ok(first, "nothing on the map");
				await hit.focus();
				await page.keyboard.press("Enter");
				await page.waitForURL(/@ecocentre/);
			}));

	test("more filters open, and are kept, without scripts", () =>
		search({ scripts: false, width: 320 }, async ({ page }) => {
			assert.ok(!(await page.locator("#theme").isVisible()));
			await page.locator("summary").focus();
			await page.keyboard.press("Enter");
			await page.locator("#theme").fill("sans exemple");
			await page.locator("#departement").selectOption("91");
			await page.locator("#q").fill("ecocentre");
			await page.keyboard.press("Enter");
			await page.waitForURL(/theme=sans/);
			assert.ok(await page.locator("#theme").isVisible());
			assert.equal(await page.locator("#departement").inputValue(), "91");
			assert.equal(await page.locator(".result").count(), 0);
			// What stands in the way is named, and left out by a link.
			const link = page.getByRole("link", { name: /sans le thème/ });
			await link.click();
			await page.waitForURL((url) => !url.searchParams.has("theme"));
			assert.ok((await page.locator(".result").count()) > 0);
		}));

	test("a commune is suggested while it is typed", () =>
		search({}, async ({ page, complaints }) => {
			await page.locator("#near").pressSequentially("dourd");
			await page
				.locator('#communes option[value="Dourdan (91410)"]')
				.waitFor({ state: "attached" });
			assert.deepEqual(complaints, []);
		}));

	test("a dot of the map leads to its line of the list", () =>
		search({}, async ({ page }) => {
			await page.goto(`${node.base}/search?q=ecocentre`);
			await page.locator("a .dot").first().click();
			await page.waitForURL(/#r1$/);
			assert.ok(await page.locator("#r1:target").isVisible());
		}));

	test("the front page leads to it", () =>
		see("front", {}, async ({ page }) => {
			await page.locator("#q").fill("ecocentre");
			await page.keyboard.press("Enter");
			await page.waitForURL(/search\?q=ecocentre/);
			assert.ok((await page.locator(".result").count()) > 0);
		}));
});

describe("following from an account elsewhere", () => {
	for (const scripts of [true, false])
		test(`by keyboard alone, ${scripts ? "with" : "without"} scripts`, () =>
			see("elsewhere", { scripts, width: 320 }, async ({ page, complaints }) => {
				await page.locator("#account").focus();
				await page.keyboard.type(`paul@${other.domain}`);
				await page.keyboard.press("Enter");
				await page.waitForURL(/authorize_interaction/);
				assert.equal(new URL(page.url()).host, other.domain);
				assert.match(
					await page.locator("h1").innerText(),
					/^Suivre Le moulin de Saint-Chéron/,
				);
				assert.deepEqual(complaints, []);
			}));

	test("an error is told where the address was typed", () =>
		see("project", {}, async ({ page }) => {
			await page.locator("#account").fill("personne");
			await page.keyboard.press("Enter");
			await page.locator('[role="alert"]').waitFor();
			assert.equal(await page.locator("#account").inputValue(), "personne");
			assert.equal(
				await page.locator("#account").getAttribute("aria-invalid"),
				"true",
			);
		}));
});

describe("signing in", () => {
	for (const scripts of [true, false])
		test(`by keyboard alone, ${scripts ? "with" : "without"} scripts, and back to what one came for`, () =>
			see("elsewhere", { scripts, width: 320 }, async ({ page, complaints }) => {
				const address = page.url();
				await page.goto(
					`${node.base}/signin?next=${encodeURIComponent(
						address.slice(node.base.length),
					)}`,
				);
				await page.locator("#name").focus();
				await page.keyboard.type("lise");
				await page.keyboard.press("Tab");
				await page.keyboard.type(PASSWORD);
				await page.keyboard.press("Enter");
				await page.waitForURL(address);
				const follow = page.getByRole("button", { name: "Suivre comme @lise" });
				await follow.focus();
				await page.keyboard.press("Enter");
				await page.waitForURL(/\/home/);
				await page
					.locator(".follows a", { hasText: "Le moulin de Saint-Chéron" })
					.waitFor();
				const end = page.getByRole("button", { name: /^Ne plus suivre/ });
				await end.focus();
				await page.keyboard.press("Enter");
				await page.getByText("Personne pour le moment").waitFor();
				await page
					.getByRole("button", { name: "Se déconnecter", exact: true })
					.click();
				await page.waitForURL(`${node.base}/`);
				await page.getByRole("link", { name: "Se connecter" }).waitFor();
				assert.deepEqual(complaints, []);
			}));

	test("an error is told where the password was typed, without it", () =>
		see("sign in", {}, async ({ page }) => {
			await page.locator("#name").fill("marie");
			await page.locator("#password").fill("pas la bonne phrase");
			await page.keyboard.press("Enter");
			await page.locator('[role="alert"]').waitFor();
			assert.equal(await page.locator("#name").inputValue(), "marie");
			assert.equal(await page.locator("#password").inputValue(), "");
		}));
});

test("what is found elsewhere opens here", () =>
	visit(browser, `${node.base}/search?q=moulin`, {}, async ({ page }) => {
		await page.locator(".result h3 a").first().click();
		await page.waitForURL(/\/remote\?id=/);
		assert.equal(
			await page.locator("h1").innerText(),
			"Le moulin de Saint-Chéron",
		);
		await page.locator(`a[href^="${other.base}/@moulin"]`).waitFor();
	}));

test("on paper there is the content and no navigation", () =>
	see("project", {}, async ({ page }) => {
		await page.emulateMedia({ media: "print" });
		assert.equal(await page.locator("nav").isVisible(), false);
		assert.ok(await page.locator("h1").isVisible());
		assert.ok(await page.locator(".path").isVisible());
		assert.ok(await page.getByText("Un mot").first().isVisible());
	}));
