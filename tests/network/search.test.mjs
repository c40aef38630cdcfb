// SPDX-License-Identifier: ISC
// parvisctl search: what a node's catalogue holds is found as it is published,
// changed and withdrawn.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Node, stopAll } from "./lib/node.mjs";
import { waitFor } from "./lib/wait.mjs";

let node;

const search = (...args) => node.ctl("search", ...args);
const names = async (...args) => (await search(...args)).items.map((i) => i.name);

// Keys are made after the actor; then it enters the catalogue.
const found = (...args) =>
	waitFor(`search ${args.join(" ")}`, async () => (await search(...args)).items.length > 0);

before(async () => {
	node = await Node.start("chevreuse.localhost");
	await node.project(
		"epicerie",
		...["--name", "Épicerie solidaire", "--summary", "Des légumes."],
		...["--insee", "91200", "--theme", "Alimentation", "--stage", "running"],
	);
	await node.project(
		"atelier",
		...["--name", "Les ateliers du vélo", "--summary", "On y répare."],
		...["--insee", "75056", "--stage", "idea"],
	);
	await found("epicerie");
	await found("atelier");
});

after(() => stopAll(node));

test("words are found whatever their form", async () => {
	assert.deepEqual(await names("epiceries solidaires"), ["Épicerie solidaire"]);
	assert.deepEqual(await names("l'atelier"), ["Les ateliers du vélo"]);
	assert.deepEqual(await names("boulangerie"), []);
});

test("a hit tells what it is, where it is and how far", async () => {
	const { items, next } = await search("légumes", "--near", "Paris");
	assert.equal(next, null);
	const [hit] = items;
	assert.equal(hit.kind, "project");
	assert.equal(hit.place, "Dourdan");
	assert.equal(hit.domain, node.domain);
	assert.equal(hit.excerpt, "Des légumes.");
	assert.equal(hit.partial, false);
	assert.ok(hit.url.startsWith(node.base));
	assert.ok(hit.distance > 40 && hit.distance < 50, `${hit.distance} km`);
});

test("near comes first, and no farther than asked", async () => {
	const both = ["Épicerie solidaire", "Les ateliers du vélo"];
	const project = ["--kind", "project"];
	assert.deepEqual(await names(...project, "--near", "Dourdan"), both);
	assert.deepEqual(
		await names(...project, "--near", "75001"),
		both.toReversed(),
	);
	assert.deepEqual(
		await names(...project, "--near", "91200", "--within", "20"),
		["Épicerie solidaire"],
	);
});

test("filters restrict, and what is found is counted", async () => {
	assert.deepEqual(await names("--stage", "idea"), ["Les ateliers du vélo"]);
	assert.deepEqual(await names("--theme", "alimentation"), [
		"Épicerie solidaire",
	]);
	assert.deepEqual(await names("--departement", "75"), [
		"Les ateliers du vélo",
	]);
	assert.deepEqual(await names("--kind", "need", "--kind", "offer"), []);
	assert.deepEqual(await names("--territory", "lyon.example"), []);
	const { counts } = await search("--stage", "idea", "--counts");
	assert.equal(counts.total, 1);
	assert.equal(counts.kinds.project, 1);
	assert.deepEqual(counts.territories, [{ domain: node.domain, count: 1 }]);
});

test("a list goes on where it ended", async () => {
	const first = await search("--kind", "project", "--limit", "1");
	assert.equal(first.items.length, 1);
	const second = await search(
		...["--kind", "project", "--limit", "1", "--after", first.next],
	);
	assert.equal(second.items.length, 1);
	assert.notEqual(second.items[0].id, first.items[0].id);
	assert.equal(second.next, null);
});

test("what is not right is refused with the reason", async () => {
	const refused = async (args, why) =>
		assert.match((await node.refused("search", ...args)).stderr, why);
	await refused(["--within", "3"], /needs a position/);
	await refused(["--sort", "nearest"], /needs a position/);
	await refused(["--kind", "thing"], /not thing/);
	await refused(["--near", "Paris", "--lat", "1", "--lon", "1"], /either/);
	await refused(["--near", "Nulle-Part-sur-Rien"], /Nulle-Part-sur-Rien/);
	await refused(["--lat", "91", "--lon", "1"], /from -90 to 90/);
	await refused(["x", "--after", "zzz"], /--after/);
	await refused(["--near", "Paris", "--within", "0"], /above 0/);
});

test("a change is found at once, and what is withdrawn is not", async () => {
	await node.ctl("project", "edit", "atelier", "--name", "Le fournil");
	assert.deepEqual(await names("fournil"), ["Le fournil"]);
	assert.deepEqual(await names("ateliers"), []);
	await node.ctl("project", "edit", "atelier", "--discoverable", "no");
	assert.deepEqual(await names("fournil"), []);
	await node.ctl("project", "delete", "epicerie");
	assert.deepEqual(await names("epicerie"), []);
});

test("the table is one line for each", async () => {
	await node.ctl("project", "edit", "atelier", "--discoverable", "yes");
	const text = await node.text("search", "fournil", "--near", "Paris");
	assert.match(text, /KIND .*NAME .*PLACE .*KM .*TERRITORY/i);
	assert.match(text, /project +Le fournil +Paris +0/);
});
