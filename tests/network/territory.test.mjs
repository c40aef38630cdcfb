// SPDX-License-Identifier: ISC
// Whoever follows a territory hears what its members publish, and no more.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fetchDocument } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";

let chevreuse, nantes, territory;

before(async () => {
	[chevreuse, nantes] = await Promise.all([
		Node.start("chevreuse.localhost", { title: "Up PNR Chevreuse" }),
		Node.start("nantes.localhost", { title: "Up Nantes", commune: "Nantes" }),
	]);
	await chevreuse.project("ecocentre");
	await chevreuse.project("discret", "--discoverable", "no");
	await nantes.profile("camille");
	await nantes.follow("camille", `@territory@${chevreuse.domain}`);
	territory = await fetchDocument(
		`https://${chevreuse.domain}/@territory`,
	);
});

after(() => stopAll(chevreuse, nantes));

let update;

test("an update of a project arrives by the territory", async () => {
	update = await chevreuse.publish("ecocentre", "Le verger est planté.");
	await nantes.shows("camille", "verger");
	const [item] = await nantes.timeline("camille");
	assert.equal(item.announced_by, territory.id);
	assert.equal((await nantes.timeline("camille")).length, 1);
});

test("the territory's outbox lists the announcement once", async () => {
	const page = await fetchDocument(`${territory.outbox}?page=1`);
	const announced = page.orderedItems.filter((a) => a.type === "Announce");
	assert.deepEqual(
		announced.map((a) => a.object),
		[update],
	);
});

test("an edit and a deletion arrive too", async () => {
	await chevreuse.ctl("update", "edit", update, "--text", "Les ruches aussi.");
	await nantes.shows("camille", "ruches");
	await chevreuse.ctl("update", "delete", update);
	await nantes.shows("camille", "ruches", false);
});

test("who does not wish to be found is not passed on", async () => {
	await chevreuse.publish("discret", "Entre voisins seulement.");
	await chevreuse.publish("ecocentre", "Et les canards.");
	await nantes.shows("camille", "canards");
	assert.doesNotMatch(
		JSON.stringify(await nantes.timeline("camille")),
		/voisins/,
	);
});
