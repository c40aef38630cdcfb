// SPDX-License-Identifier: ISC
// Two territories: one follows a project of the other and hears what is new.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AS2, fetchDocument, request } from "./lib/http.mjs";
import { Node, stopAll } from "./lib/node.mjs";
import { neverBefore, waitFor } from "./lib/wait.mjs";

let chevreuse, nantes, project;

before(async () => {
	[chevreuse, nantes] = await Promise.all([
		Node.start("chevreuse.localhost", { title: "Up PNR Chevreuse" }),
		Node.start("nantes.localhost", { title: "Up Nantes", commune: "Nantes" }),
	]);
	project = await chevreuse.project(
		"ecocentre",
		...["--stage", "running", "--commune", "Dourdan"],
	);
	await nantes.profile("camille");
});

after(() => stopAll(chevreuse, nantes));

test("a follow by address is accepted and counted on both sides", async () => {
	await nantes.follow("camille", `@ecocentre@${chevreuse.domain}`);
	const camille = await nantes.actor("camille");
	const followers = await chevreuse.followers("ecocentre");
	assert.deepEqual(
		followers.map((f) => f.actor),
		[camille.id],
	);
	const collection = await fetchDocument(project.followers);
	assert.equal(collection.totalItems, 1);
	const following = await fetchDocument(camille.following);
	assert.equal(following.totalItems, 1);
});

let update;

test("an update arrives in the home timeline", async () => {
	update = await chevreuse.publish(
		"ecocentre",
		"Le **potager** est planté.",
		...["--title", "Au jardin"],
	);
	const item = await nantes.shows("camille", "potager");
	assert.match(JSON.stringify(item), new RegExp(escape(update)));
	const note = await fetchDocument(update);
	assert.equal(note.type, "Note");
	assert.equal(note.attributedTo, project.id);
	assert.match(note.content, /<strong>potager<\/strong>/);
});

test("an edited update replaces the first one", async () => {
	await chevreuse.ctl("update", "edit", update, "--text", "La serre est montée.");
	await nantes.shows("camille", "serre");
	const items = await nantes.timeline("camille");
	assert.equal(items.length, 1);
	assert.doesNotMatch(JSON.stringify(items), /potager/);
});

test("a deleted update disappears and answers 410 with its Tombstone", async () => {
	await chevreuse.ctl("update", "delete", update);
	await nantes.shows("camille", "serre", false);
	const answer = await request(update, { headers: { accept: AS2 } });
	assert.equal(answer.status, 410);
	assert.equal(answer.json().type, "Tombstone");
	assert.equal(answer.json().id, update);
});

test("what followers alone may see reaches them and nobody else", async () => {
	const id = await chevreuse.publish(
		"ecocentre",
		"Entre nous",
		...["--visibility", "followers"],
	);
	await nantes.shows("camille", "Entre nous");
	const answer = await request(id, { headers: { accept: AS2 } });
	assert.ok([401, 403, 404].includes(answer.status), `${answer.status}`);
	const outbox = await fetchDocument(`${project.outbox}?page=1`);
	assert.doesNotMatch(JSON.stringify(outbox), /Entre nous/);
});

test("a change of the project reaches its followers", async () => {
	await chevreuse.ctl("project", "edit", "ecocentre", "--name", "L'Écocentre");
	await waitFor("the new name in Nantes", async () => {
		const { items } = await nantes.ctl("follow", "list", "camille");
		return items.some((i) => i.name === "L'Écocentre");
	});
});

test("a project that approves its followers lets them wait", async () => {
	await chevreuse.project("prudent", "--manually-approves", "yes");
	const target = `@prudent@${chevreuse.domain}`;
	await nantes.ctl("follow", "camille", target);
	const waiting = await waitFor("the request", async () => {
		const { items } = await chevreuse.ctl("requests", "list", "prudent");
		return items[0];
	});
	assert.equal((await chevreuse.followers("prudent")).length, 0);
	// What is public she may read, and does once she follows.
	await chevreuse.publish(
		...["prudent", "Pas encore pour vous", "--visibility", "followers"],
	);
	await chevreuse.ctl("requests", "accept", "prudent", waiting.actor);
	await nantes.followState("camille", target, "accepted");
	await chevreuse.publish("prudent", "Bienvenue");
	await nantes.shows("camille", "Bienvenue");
	assert.doesNotMatch(
		JSON.stringify(await nantes.timeline("camille")),
		/Pas encore/,
	);
});

test("a rejected follower hears nothing more", async () => {
	const camille = await nantes.actor("camille");
	await chevreuse.ctl("requests", "reject", "prudent", camille.id);
	await waitFor("the follower to be gone", async () => {
		return (await chevreuse.followers("prudent")).length === 0;
	});
	await chevreuse.publish("prudent", "Pour les autres seulement");
	await chevreuse.publish("ecocentre", "Repère");
	await neverBefore(
		"the update of a project that rejected her",
		async () => /Pour les autres/.test(JSON.stringify(await nantes.timeline("camille"))),
		async () => /Repère/.test(JSON.stringify(await nantes.timeline("camille"))),
	);
});

test("unfollow takes the follower away", async () => {
	await nantes.ctl("unfollow", "camille", `@ecocentre@${chevreuse.domain}`);
	await waitFor("no follower at Chevreuse", async () => {
		return (await chevreuse.followers("ecocentre")).length === 0;
	});
});

test("follows inside one node need no network", async () => {
	await chevreuse.profile("paul");
	await chevreuse.follow("paul", "ecocentre");
	await chevreuse.publish("ecocentre", "Tout près");
	await chevreuse.shows("paul", "Tout près");
	assert.deepEqual(await chevreuse.waiting(), []);
});

test("a territory can be followed", async () => {
	const answer = await chevreuse.resource(`https://${chevreuse.domain}/actor`);
	assert.equal(answer.status, 200);
	const status = await chevreuse.ctl("status");
	assert.match(JSON.stringify(status), /Up PNR Chevreuse/);
});

test("a deleted project answers 410 and is never made again", async () => {
	await chevreuse.ctl("project", "delete", "prudent");
	const named = await chevreuse.webfinger("prudent");
	assert.equal(named.status, 410);
	const refused = await chevreuse.refused(
		...["project", "create", "prudent", "--name", "Prudent"],
		...["--holder", "prudent-porteuse"],
	);
	assert.match(refused.stderr, /never/);
});

test("both nodes stop in order and keep what they had", async () => {
	await Promise.all([chevreuse.restart(), nantes.restart()]);
	await chevreuse.shows("paul", "Tout près");
	assert.equal((await fetchDocument(project.id)).name, "L'Écocentre");
});

function escape(text) {
	return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
