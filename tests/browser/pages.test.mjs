// SPDX-License-Identifier: ISC
// The pages in a real browser: without scripts, on a narrow and on a wide
// screen, with no request to anybody else, and readable by assistive software.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";
import { Node, stopAll } from "../network/lib/node.mjs";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
	existsSync,
);
let node, browser, project, update;

before(async () => {
	node = await Node.start("chevreuse.localhost", { title: "Up PNR Chevreuse" });
	project = await node.project(
		"ecocentre",
		...["--name", "Écocentre de Dourdan", "--stage", "running"],
		...["--summary", "Un **potager**, et <script>alert(1)</script>."],
		...["--commune", "Dourdan", "--theme", "nature"],
		...["--status", "Terrain trouvé", "--link", "Site=https://example.org/"],
	);
	update = await node.publish(
		"ecocentre",
		"Voyez [le plan](https://example.org/plan).",
		...["--title", "Portes ouvertes"],
	);
	browser = await chromium.launch({
		executablePath,
		args: ["--no-sandbox", "--disable-dev-shm-usage"],
	});
});

after(async () => {
	await browser?.close();
	await stopAll(node);
});

// A page at an address, and all that it asked for.
async function open(address, { width = 1280, scripts = true } = {}) {
	const context = await browser.newContext({
		ignoreHTTPSErrors: true,
		javaScriptEnabled: scripts,
		locale: "fr-FR",
		viewport: { width, height: 800 },
	});
	const page = await context.newPage();
	const asked = [];
	const complaints = [];
	page.on("request", (r) => asked.push(r.url()));
	page.on("console", (m) => m.type() === "error" && complaints.push(m.text()));
	page.on("dialog", (d) => complaints.push(d.message()));
	const answer = await page.goto(address);
	return { page, context, answer, asked, complaints };
}

const pages = () => ({
	front: `${node.base}/`,
	project: project.url,
	profile: `${node.base}/@ecocentre-porteuse`,
	update,
});

for (const name of ["front", "project", "profile", "update"])
	describe(`the ${name} page`, () => {
		for (const width of [360, 1280])
			test(`fits a screen of ${width} pixels`, async () => {
				const { page, context, answer } = await open(pages()[name], { width });
				assert.equal(answer.status(), 200);
				const overflow = await page.evaluate(
					() => document.documentElement.scrollWidth - innerWidth,
				);
				assert.ok(overflow <= 0, `${overflow} pixels too wide`);
				await context.close();
			});

		test("works without scripts, asks nobody else, complains of nothing", async () => {
			const { page, context, asked, complaints } = await open(pages()[name], {
				scripts: false,
			});
			assert.ok((await page.title()).length > 0);
			for (const url of asked)
				assert.equal(new URL(url).host, node.domain, url);
			assert.deepEqual(complaints, []);
			await context.close();
		});

		test("tells assistive software what is what", async () => {
			const { page, context } = await open(pages()[name]);
			const seen = await page.evaluate(() => ({
				lang: document.documentElement.lang,
				main: document.querySelectorAll("main").length,
				h1: document.querySelectorAll("h1").length,
				mute: [...document.querySelectorAll("img:not([alt])")].length,
				empty: [...document.querySelectorAll("a")].filter(
					(a) => !a.textContent.trim() && !a.getAttribute("aria-label"),
				).length,
				levels: [...document.querySelectorAll("h1,h2,h3,h4")].map((h) =>
					Number(h.tagName[1]),
				),
			}));
			assert.equal(seen.lang, "fr");
			assert.equal(seen.main, 1);
			assert.equal(seen.h1, 1);
			assert.equal(seen.mute, 0);
			assert.equal(seen.empty, 0);
			for (const [i, level] of seen.levels.entries())
				assert.ok(level <= (seen.levels[i - 1] ?? 0) + 1, `${seen.levels}`);
			await context.close();
		});
	});

test("the project's page tells what the project is", async () => {
	const { page, context, complaints } = await open(project.url);
	const text = await page.innerText("body");
	for (const part of [
		"Écocentre de Dourdan",
		"potager",
		"Dourdan",
		"nature",
		"Terrain trouvé",
		"Portes ouvertes",
	])
		assert.ok(text.includes(part), `${part} is not on the page`);
	assert.equal(await page.locator("script:has-text('alert(1)')").count(), 0);
	assert.deepEqual(complaints, []);
	await context.close();
});

test("links of others open without a hold on our page", async () => {
	const { page, context } = await open(update);
	const rel = await page
		.locator("a[href='https://example.org/plan']")
		.first()
		.getAttribute("rel");
	assert.match(rel ?? "", /noopener|noreferrer|nofollow|ugc/);
	await context.close();
});

test("one gets from the front page to an update by its links", async () => {
	const { page, context } = await open(`${node.base}/`);
	await page.getByRole("link", { name: "Écocentre de Dourdan" }).first().click();
	await page.getByText("Portes ouvertes").first().waitFor();
	await context.close();
});

test("what does not exist says so, in French", async () => {
	const { page, context, answer } = await open(`${node.base}/@personne`);
	assert.equal(answer.status(), 404);
	assert.equal(
		await page.evaluate(() => document.documentElement.lang),
		"fr",
	);
	await context.close();
});
