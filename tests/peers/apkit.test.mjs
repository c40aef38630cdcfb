// SPDX-License-Identifier: ISC
// With apkit, a library in Python with its own reading of the protocol, in
// both directions.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Node, stopAll } from "../network/lib/node.mjs";
import { waitFor } from "../network/lib/wait.mjs";
import { Remote } from "./lib/remote.mjs";

let node, apkit, project;

before(async () => {
	[node, apkit] = await Promise.all([
		Node.start("noeud.localhost", { title: "Up Essai" }),
		Remote.apkit("python.localhost", { username: "basile" }),
	]);
	project = await node.project("ecocentre");
	await node.profile("camille");
});

after(() => stopAll(node, apkit));

describe("it follows us", () => {
	let followId;

	test("its Follow is accepted", async () => {
		followId = await apkit.call("follow", project.id);
		const { json } = await apkit.received("Accept");
		assert.equal(json.actor, project.id);
	});

	test("updates arrive, new, changed and deleted", async () => {
		const update = await node.publish("ecocentre", "Bonjour Python");
		await apkit.received("Create", (a) => a.object.id === update);
		await node.ctl("update", "edit", update, "--text", "Bonsoir Python");
		await apkit.received("Update", (a) => /Bonsoir/.test(a.object.content));
		await node.ctl("update", "delete", update);
		await apkit.received("Delete");
	});

	test("its Undo ends the follow", async () => {
		await apkit.call("unfollow", project.id, followId);
		await waitFor("no follower", async () => {
			return (await node.followers("ecocentre")).length === 0;
		});
	});
});

describe("we follow it", () => {
	test("posts arrive, new, changed and deleted", async () => {
		await node.follow("camille", apkit.id);
		const note = await apkit.call("post", "<p>Salut de Python</p>");
		await node.shows("camille", "Salut de Python");
		await apkit.call("edit", note, "<p>Re-salut de Python</p>");
		await node.shows("camille", "Re-salut de Python");
		await apkit.call("remove", note);
		await node.shows("camille", "Re-salut", false);
	});

	test("our Undo ends the follow", async () => {
		await node.ctl("unfollow", "camille", apkit.id);
		await apkit.received("Undo");
		assert.deepEqual((await apkit.state()).followers, []);
	});
});

// Its RFC 9421 signatures leave the body out, so that anybody on the way
// could change it: they are refused.
test("a signature that does not cover the body is refused", async () => {
	const lax = await Remote.apkit("laxiste.localhost", { form: "rfc9421" });
	try {
		await assert.rejects(lax.call("follow", project.id), /answers 401/);
		assert.deepEqual(await node.followers("ecocentre"), []);
	} finally {
		await lax.stop();
	}
});
