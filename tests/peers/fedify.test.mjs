// SPDX-License-Identifier: ISC
// With Fedify in both directions, once for each form of signature: it follows
// our project and checks our signatures on what arrives, our profile follows
// its actor and receives what it posts.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AS2, request } from "../network/lib/http.mjs";
import { Node, stopAll } from "../network/lib/node.mjs";
import { waitFor } from "../network/lib/wait.mjs";
import { Remote } from "./lib/remote.mjs";

for (const form of ["cavage", "rfc9421"])
	describe(`Fedify with ${form}`, () => {
		let node, fedify, project;

		before(async () => {
			[node, fedify] = await Promise.all([
				Node.start(`noeud-${form}.localhost`, {
					title: "Up Essai",
					settings: {
						"federation.sign_rfc9421_first": form === "rfc9421" ? "yes" : "no",
					},
				}),
				Remote.fedify("fedify.localhost", { form, username: "hong" }),
			]);
			project = await node.project("ecocentre", "--stage", "running");
			await node.profile("camille");
		});

		after(() => stopAll(node, fedify));

		describe("it follows us", () => {
			let followId, update;

			test("it finds the project by its address and reads it", async () => {
				const found = await fedify.call("lookup", `@ecocentre@${node.domain}`);
				assert.equal(found.id, project.id);
				assert.equal(found.type, "Group");
				assert.equal(found.preferredUsername, "ecocentre");
			});

			test("its Follow is accepted", async () => {
				followId = await fedify.call("follow", project.id);
				const { json } = await fedify.received("Accept");
				assert.equal(json.actor, project.id);
				assert.equal(json.object.id ?? json.object, followId);
				const [follower] = await node.followers("ecocentre");
				assert.equal(follower.actor, fedify.id);
			});

			test("a new update arrives, its signature checked", async () => {
				update = await node.publish(
					"ecocentre",
					"Le **potager** est planté.",
					...["--title", "Au jardin"],
				);
				const { json } = await fedify.received(
					"Create",
					(a) => a.object.id === update,
				);
				assert.equal(json.actor, project.id);
				assert.equal(json.object.type, "Note");
				assert.match(json.object.content, /<strong>potager<\/strong>/);
			});

			test("a changed update arrives", async () => {
				await node.ctl("update", "edit", update, "--text", "La serre tient.");
				const { json } = await fedify.received(
					"Update",
					(a) => a.object.id === update,
				);
				assert.match(json.object.content, /serre/);
			});

			test("a deleted update arrives", async () => {
				await node.ctl("update", "delete", update);
				const { json } = await fedify.received("Delete");
				assert.equal(json.object.id ?? json.object, update);
			});

			test("its Undo ends the follow", async () => {
				await fedify.call("unfollow", project.id, followId);
				await waitFor("no follower", async () => {
					return (await node.followers("ecocentre")).length === 0;
				});
			});
		});

		describe("we follow it", () => {
			let note;

			test("our Follow is accepted", async () => {
				await fedify.call("post", "<p>Le début de l’histoire</p>");
				await fedify.call("post", "<p>La suite de l’histoire</p>");
				await node.follow("camille", `@${fedify.acct}`);
				const { json } = await fedify.received("Follow");
				const camille = await node.actor("camille");
				assert.equal(json.actor, camille.id);
				assert.equal(json.object, fedify.id);
			});

			test("what it had posted before is read from its outbox", async () => {
				await node.shows("camille", "Le début de l’histoire");
				await node.shows("camille", "La suite de l’histoire");
			});

			test("its post arrives", async () => {
				note = await fedify.call("post", "<p>Bonjour de Fedify</p>");
				const item = await node.shows("camille", "Bonjour de Fedify");
				assert.equal(item.id, note);
				assert.equal(item.author, fedify.id);
			});

			test("its edited post arrives", async () => {
				await fedify.call("edit", note, "<p>Bonsoir de Fedify</p>");
				await node.shows("camille", "Bonsoir de Fedify");
			});

			test("its deleted post disappears", async () => {
				await fedify.call("remove", note);
				await node.shows("camille", "Bonsoir de Fedify", false);
			});

			test("our Undo ends the follow", async () => {
				await node.ctl("unfollow", "camille", `@${fedify.acct}`);
				await fedify.received("Undo");
				const { followers } = await fedify.state();
				assert.deepEqual(followers, []);
			});
		});

		test("its people follow from our pages by their own address", async () => {
			const sent = await request(`${node.base}/follow`, {
				method: "POST",
				headers: {
					"content-type": "application/x-www-form-urlencoded",
					origin: node.base,
				},
				body: new URLSearchParams({
					uri: project.id,
					account: `@${fedify.acct}`,
				}).toString(),
			});
			assert.equal(sent.status, 303, sent.body);
			assert.equal(
				sent.headers.location,
				`${fedify.base}/authorize_interaction?uri=${encodeURIComponent(project.id)}`,
			);
		});

		test(`all that we sent was signed with ${form}, and nothing refused`, async () => {
			const { requests, failures } = await fedify.state();
			const forms = requests
				.filter((r) => r.method === "POST")
				.map((r) => r.form);
			assert.deepEqual([...new Set(forms)], [form]);
			const refused = requests.filter(
				(r) => r.method === "POST" && r.status >= 300,
			);
			assert.deepEqual(refused, []);
			assert.deepEqual(failures, []);
		});
	});

describe("authorised fetch", () => {
	let node, fedify;

	before(async () => {
		[node, fedify] = await Promise.all([
			Node.start("prudent.localhost", {
				settings: { "federation.authorized_fetch": "yes" },
			}),
			Remote.fedify("prudente.localhost", {
				form: "cavage",
				authorizedFetch: true,
			}),
		]);
		// Not by the helpers, which read what they made unsigned.
		await node.ctl("profile", "create", "camille", "--name", "Camille");
		await node.ctl(
			...["project", "create", "ecocentre", "--holder", "camille"],
			...["--name", "Écocentre"],
		);
	});

	after(() => stopAll(node, fedify));

	test("unsigned requests get nothing on either side", async () => {
		const actor = await node.webfinger("ecocentre");
		const { href } = actor.json().links.find((l) => l.rel === "self");
		const headers = { accept: AS2 };
		assert.equal((await request(href, { headers })).status, 401);
		assert.equal((await request(fedify.id, { headers })).status, 401);
	});

	test("ours reads theirs and follows", async () => {
		await node.follow("camille", `@${fedify.acct}`);
		await fedify.call("post", "<p>Pour les signataires</p>");
		await node.shows("camille", "Pour les signataires");
	});

	test("theirs reads ours and follows", async () => {
		const found = await fedify.call("lookup", `@ecocentre@${node.domain}`);
		await fedify.call("follow", found.id);
		await fedify.received("Accept");
		const update = await node.publish("ecocentre", "Entre gens connus");
		await fedify.received("Create", (a) => a.object.id === update);
	});
});
