// SPDX-License-Identifier: ISC
// What the pages tell, and what people who write on them cannot do to them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Node, stopAll } from "../network/lib/node.mjs";
import { waitFor } from "../network/lib/wait.mjs";
import { launch, visit } from "./lib/browser.mjs";

const STAGES = {
	idea: "Idée",
	starting: "Se lance",
	running: "En route",
	looking: "Cherche des appuis",
	done: "Abouti",
};
const ATTACK =
	'Léa <script>alert(1)</script><img src=x onerror=alert(2)>"\' onload=alert(3) x="';
const MARKDOWN = `${ATTACK}

<iframe src="https://example.org/"></iframe>
<style>body { display: none }</style>
<svg onload=alert(4)></svg>

[un lien](javascript:alert(5)) et [le plan](https://example.org/plan)

Fin du texte.`;

let chevreuse, nantes, browser, project, update, attacked;

before(async () => {
	[chevreuse, nantes] = await Promise.all([
		Node.start("chevreuse.localhost", { title: "Up PNR Chevreuse" }),
		Node.start("nantes.localhost", { title: "Up Nantes", commune: "Nantes" }),
	]);
	project = await chevreuse.project(
		"ecocentre",
		...["--name", "Écocentre de Dourdan", "--stage", "running"],
		...["--summary", "Un **potager** et des ateliers."],
		...["--commune", "Dourdan", "--postcode", "91410", "--theme", "nature"],
		...["--status", "Terrain trouvé : on sème !"],
		...["--team", "Porteuse=@ecocentre-porteuse", "--supporter", "Mairie"],
		...["--link", "Site=https://example.org/"],
	);
	update = await chevreuse.publish(
		"ecocentre",
		"Voyez [le plan](https://example.org/plan).",
		...["--title", "Portes ouvertes", "--published", "2026-03-01T10:00:00Z"],
	);
	await chevreuse.profile(
		"lea",
		...["--name", ATTACK, "--summary", MARKDOWN, "--contact", ATTACK],
		...["--skill", ATTACK, "--discoverable", "yes"],
	);
	await chevreuse.ctl(
		...["project", "create", "piege", "--holder", "lea", "--name", ATTACK],
		...["--summary", MARKDOWN, "--status", ATTACK, "--theme", ATTACK],
		...["--team", `Rôle=${ATTACK}`],
	);
	attacked = await chevreuse.publish("piege", MARKDOWN, "--title", ATTACK);
	browser = await launch();
});

after(async () => {
	await browser?.close();
	await stopAll(chevreuse, nantes);
});

const open = (address, look, options = {}) =>
	visit(browser, new URL(address, chevreuse.base).href, options, look);

// Plain spaces where the page has no-break ones.
const textOf = async (page, where = "body") =>
	(await page.innerText(where)).replace(/[\u00a0\u202f]/g, " ");

test("a project's page tells what the project is", () =>
	open(project.url, async ({ page }) => {
		const text = await textOf(page);
		for (const part of [
			...["Projet", "Écocentre de Dourdan", "Dourdan (91410)", "potager"],
			...["nature", "Terrain trouvé : on sème !", "Porteuse", "Mairie"],
			...["Portes ouvertes", "1er mars 2026", "Site", "@ecocentre"],
		])
			assert.ok(text.includes(part), `"${part}" is not on the page`);
	}));

describe("the way of a project", () => {
	for (const [stage, label] of Object.entries(STAGES))
		test(`is marked at ${stage}`, async () => {
			await chevreuse.ctl("project", "edit", "ecocentre", "--stage", stage);
			await open(project.url, async ({ page }) => {
				const steps = page.locator("ol.path > li");
				assert.deepEqual(await steps.allInnerTexts(), Object.values(STAGES));
				const current = page.locator("[aria-current=step]");
				assert.deepEqual(await current.allInnerTexts(), [label]);
			});
			await open("/", async ({ page }) =>
				assert.ok((await textOf(page, "article.card")).includes(label)),
			);
		});

	test("is not shown while the project is paused", async () => {
		await chevreuse.ctl("project", "edit", "ecocentre", "--stage", "paused");
		await open(project.url, async ({ page }) => {
			assert.equal(await page.locator("ol.path").count(), 0);
			assert.match(await textOf(page, "header.band"), /En pause/);
		});
	});
});

describe("an attempt to write markup", () => {
	const places = () => ({
		"a profile": ["/@lea", "h1"],
		"a project": ["/@piege", "h1"],
		"an update": [attacked, ".text"],
		"the front page": ["/", "main"],
	});
	for (const name of Object.keys(places()))
		test(`stays text on ${name}`, () => {
			const [address, where] = places()[name];
			return open(address, async ({ page, asked, complaints }) => {
				assert.match(await textOf(page, where), /Léa/);
				const foreign = await page.evaluate(() => ({
					elements: document.querySelectorAll(
						"script, img, iframe, style, main svg:not([aria-hidden])",
					).length,
					handlers: [...document.querySelectorAll("*")].filter((e) =>
						[...e.attributes].some((a) => a.name.startsWith("on")),
					).length,
					links: [...document.querySelectorAll("a")].filter(
						(a) => a.protocol !== "https:",
					).length,
				}));
				assert.deepEqual(foreign, { elements: 0, handlers: 0, links: 0 });
				assert.deepEqual(complaints, []);
				for (const url of asked)
					assert.equal(new URL(url).host, chevreuse.domain, url);
			});
		});

	test("does not eat what stands after it", () =>
		open(attacked, async ({ page }) =>
			assert.match(await textOf(page, ".text"), /Fin du texte\./),
		));
});

test("links of others open without a hold on our page", () =>
	open(update, async ({ page }) => {
		const link = page.locator("a[href='https://example.org/plan']");
		assert.match(await link.getAttribute("rel"), /\bnoopener\b/);
	}));

test("what an item lacks is not taken from the page around it", async () => {
	const untitled = "Une nouvelle sans titre.";
	await chevreuse.ctl(
		...["project", "create", "nulle-part", "--holder", "lea"],
		...["--name", "Nulle part"],
	);
	await chevreuse.publish(
		...["nulle-part", untitled, "--published", "2026-03-01T12:00:00Z"],
	);
	await open("/", async ({ page }) => {
		const card = page.locator("article.card", { hasText: "Nulle part" });
		assert.equal(await card.locator(".where").count(), 0);
		const note = page.locator("article.note", { hasText: untitled });
		assert.equal(
			await note.locator("h3").innerText(),
			"Nouvelle du 1er mars 2026",
		);
	});
});

test("one gets from the front page to an update by its links", () =>
	open("/", async ({ page }) => {
		await page
			.getByRole("link", { name: "Écocentre de Dourdan" })
			.first()
			.click();
		await page.getByRole("link", { name: "Portes ouvertes" }).click();
		await page.waitForURL(update);
		await page.getByRole("link", { name: /Toutes les nouvelles/ }).click();
		await page.waitForURL(project.url);
	}));

test("a text in another language says so", async () => {
	const foreign = await chevreuse.publish(
		...["ecocentre", "It grows.", "--title", "Growing", "--language", "en"],
	);
	await open(foreign, async ({ page }) => {
		assert.equal(await page.locator("h1").getAttribute("lang"), "en");
		assert.equal(await page.locator(".text").getAttribute("lang"), "en");
	});
	await open(update, async ({ page }) =>
		assert.equal(await page.locator(".text").getAttribute("lang"), null),
	);
});

test("a long story goes on on further pages", async () => {
	await chevreuse.profile("bavarde");
	for (let i = 1; i <= 21; i++)
		await chevreuse.publish(
			...["bavarde", `Épisode numéro ${i}.`, "--published"],
			`2026-01-${String(i).padStart(2, "0")}T10:00:00Z`,
		);
	await open("/@bavarde", async ({ page }) => {
		assert.equal(await page.locator("article.note").count(), 20);
		await page.getByRole("link", { name: "Nouvelles plus anciennes" }).click();
		await page.getByText("Épisode numéro 1.").waitFor();
		assert.equal(await page.locator("article.note").count(), 1);
		assert.equal(await page.getByText("plus anciennes").count(), 0);
		await page.getByRole("link", { name: /plus récentes/ }).click();
		await page.getByText("Épisode numéro 21.").waitFor();
	});
});

test("a follower elsewhere is counted on the page", async () => {
	await nantes.profile("camille");
	await nantes.follow("camille", `@ecocentre@${chevreuse.domain}`);
	await waitFor("the count of followers", () =>
		open(project.url, async ({ page }) =>
			(await textOf(page)).includes("1 abonné"),
		),
	);
});

test("a new project or update has its place on the front page at once", async () => {
	const title = "Le four à pain est chaud";
	await chevreuse.publish("ecocentre", "Venez cuire.", "--title", title);
	await open("/", async ({ page }) =>
		assert.ok(await page.getByRole("link", { name: title }).isVisible()),
	);
});

test("an empty territory says so", async () => {
	await visit(browser, `${nantes.base}/`, {}, async ({ page }) => {
		const text = await textOf(page);
		assert.match(text, /Aucun projet n’est encore publié ici/);
		assert.match(text, /Pas encore de nouvelles/);
		assert.match(text, /Personne n’a encore choisi d’être présenté ici/);
	});
});

describe("errors are told in French", () => {
	const told = (address, status, words) =>
		open(address, async ({ page, answer }) => {
			assert.equal(answer.status(), status);
			const text = await textOf(page);
			for (const part of words) assert.ok(text.includes(part), text);
			assert.equal(
				await page.evaluate(() => document.documentElement.lang),
				"fr",
			);
			await page.getByRole("link", { name: "Retour à l’accueil" }).click();
			await page.waitForURL(`${chevreuse.base}/`);
		});

	test("for what never was", () =>
		told("/@personne", 404, ["Page introuvable", "Il n’y a rien"]));

	test("for a project that was deleted, and for its updates", async () => {
		const gone = await chevreuse.project("passager", "--name", "Passager");
		const lost = await chevreuse.publish("passager", "Bonjour.");
		await chevreuse.ctl("project", "delete", "passager");
		await told(gone.url, 410, ["Page supprimée", "ne reviendra pas"]);
		await told(lost, 410, ["Page supprimée", "ne reviendra pas"]);
		await open("/", async ({ page }) =>
			assert.equal(await page.getByText("Passager").count(), 0),
		);
	});
});
