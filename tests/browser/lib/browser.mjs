// SPDX-License-Identifier: ISC
// Debian's Chromium, and what a page did while it was open.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
	existsSync,
);

// For a machine that is slow and has other things to do.
const PATIENCE_MS = 120_000;

export function launch() {
	return chromium.launch({
		executablePath,
		timeout: PATIENCE_MS,
		args: [
			"--no-sandbox",
			"--disable-gpu",
			"--disable-dev-shm-usage",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
			"--no-first-run",
		],
	});
}

// Opens an address in a profile of its own, hands the page to look() with the
// answer, the addresses asked for and all complaints (errors on the console,
// dialogs, exceptions), and closes it.
export async function visit(browser, address, options, look) {
	const { width = 1280, scripts = true, scheme = "light", cookie } = options;
	const context = await browser.newContext({
		ignoreHTTPSErrors: true,
		javaScriptEnabled: scripts,
		colorScheme: scheme,
		locale: "fr-FR",
		viewport: { width, height: 800 },
	});
	context.setDefaultTimeout(PATIENCE_MS);
	if (cookie) {
		const [name, value] = cookie.split("=");
		const { origin } = new URL(address);
		await context.addCookies([{ name, value, url: origin, secure: true }]);
	}
	const asked = [];
	const complaints = [];
	context.on("request", (r) => asked.push(r.url()));
	try {
		const page = await context.newPage();
		page.on("console", (message) => {
			if (message.type() === "error") complaints.push(message.text());
		});
		page.on("pageerror", (error) => complaints.push(String(error)));
		page.on("dialog", (dialog) => {
			complaints.push(`dialog: ${dialog.message()}`);
			return dialog.dismiss();
		});
		const answer = await page.goto(address);
		return await look({ page, answer, asked, complaints });
	} finally {
		await context.close();
	}
}

// What a page says of itself to assistive software.
export function outline(page) {
	return page.evaluate(() => {
		const all = (selector) => [...document.querySelectorAll(selector)];
		return {
			lang: document.documentElement.lang,
			mains: all("main").length,
			headings: all("h1,h2,h3,h4,h5,h6").map((h) => ({
				level: Number(h.tagName[1]),
				text: h.textContent.trim(),
			})),
			unnamedImages: all("img:not([alt])").length,
			unnamedLinks: all("a").filter(
				(a) => !a.textContent.trim() && !a.getAttribute("aria-label"),
			).length,
			scripts: [...document.scripts].filter((s) => !s.src).length,
			styled: all("[style], style").length,
			repeatedIds: all("[id]")
				.map((e) => e.id)
				.filter((id, i, ids) => ids.indexOf(id) !== i),
		};
	});
}
