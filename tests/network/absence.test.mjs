// SPDX-License-Identifier: ISC
// A node that was away for two months, while the deliveries to it were given
// up, learns from the catalogue that posts are missing, and reads them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { waitFor } from "./lib/wait.mjs";

const settings = {
	"replication.exchange_seconds": "1",
	"replication.push_seconds": "0",
};
const DAY = 86400_000;
const WHILE_AWAY = 60; // more than a page of an outbox holds
const LATEST = 50;

let author, reader, project;

before(async () => {
	[author, reader] = await Promise.all([
		Node.start("auteur.localhost", { settings }),
		Node.start("lecteur.localhost", { settings }),
	]);
	await author.profile("paul", "--discoverable", "yes");
	await author.ctl(
		...["project", "create", "moulin", "--holder", "paul"],
		...["--name", "Le moulin", "--discoverable", "yes"],
	);
	project = await author.actor("moulin");
	await reader.profile("lea");
	await reader.ctl("peer", "admit", author.domain);
	await reader.follow("lea", project.id);
});

after(() => stopAll(author, reader));

const publish = (text, age) =>
	author.publish(
		...["moulin", text],
		...["--published", new Date(Date.now() - age).toISOString()],
	);

const entry = async () => {
	const answer = await request(`${author.base}/catalogue?after=0`);
	return answer
		.json()
		.orderedItems.find((one) => one.object.id === project.id).object;
};

const home = async () =>
	(await reader.ctl("timeline", "lea", "--limit", "100")).items;

test("an absence of two months leaves nothing out", async () => {
	await publish("Avant de partir", 62 * DAY);
	await reader.shows("lea", "Avant de partir");
	await reader.stop();

	const ids = [];
	for (let i = 0; i < WHILE_AWAY; i++)
		ids.unshift(await publish(`Nouvelle ${i}`, (61 - i) * DAY));
	const deleted = ids.splice(5, 1)[0];
	await author.ctl("update", "delete", deleted);
	await waitFor("the deliveries to be tried", async () =>
		(await author.waiting()).some((item) => item.attempts > 0),
	);
	// As delivery.keep_days would have it after so long.
	await author.ctl("queue", "drop", "--host", reader.domain);
	assert.deepEqual(await author.waiting(), []);

	// What came too fast for the catalogue is in it with the next walk.
	await author.restart();
	await waitFor("the entry to tell of the latest", async () => {
		const latest = (await entry())["parvis:latest"];
		return latest?.id === ids[0];
	});

	await reader.up();
	await waitFor(
		"the posts to be on the home page",
		async () => (await home()).length > LATEST,
		{ seconds: 120 },
	);
	const items = await home();
	const here = items.map((item) => item.id);
	assert.deepEqual(here.slice(0, LATEST), ids.slice(0, LATEST));
	assert.ok(!here.includes(deleted));
	// It was there before, and is older than all that was read.
	assert.match(items.at(-1).text, /Avant de partir/);
	assert.equal(items.length, LATEST + 1);
});

test("the latest comes even when the outbox does not give it any more", async () => {
	await reader.stop();
	const latest = await publish("La toute dernière", DAY / 24);
	// What is brought in from an old blog comes first in the outbox.
	for (let i = 0; i < LATEST; i++)
		await publish(`Du vieux blog ${i}`, (100 + i) * DAY);
	await waitFor("the deliveries to be tried", async () =>
		(await author.waiting()).some((item) => item.attempts > 0),
	);
	await author.ctl("queue", "drop", "--host", reader.domain);
	await author.restart();
	await waitFor("the entry to tell of the latest", async () => {
		return (await entry())["parvis:latest"].id === latest;
	});
	await reader.up();
	await waitFor(
		"the latest to be on the home page",
		async () => (await home())[0].id === latest,
		{ seconds: 180 },
	);
});
