// SPDX-License-Identifier: ISC
// The nodes of a simulation: made, started, introduced to each other.
import os from "node:os";
import { certify } from "../network/lib/zone.mjs";
import { Node } from "../network/lib/node.mjs";

const HOLDER = "tenante";

// Runs work(item, index) for all, so many at a time.
export async function each(items, work, atOnce = 2 * os.cpus().length) {
	const queue = [...items].entries();
	const worker = async () => {
		for (const [index, item] of queue) await work(item, index);
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
}

// One node of a crowd, with what the simulation knows of it.
class Member {
	constructor(territory, index) {
		this.territory = territory;
		this.index = index;
		this.state = "down"; // up, down, paused
		this.projects = []; // usernames of those that live
		this.made = 0;
	}

	get domain() {
		return this.node.domain;
	}

	async up(reachable = true) {
		await this.node.up({ reachable });
		this.state = "up";
	}

	async kill() {
		this.state = "down";
		await this.node.kill();
	}

	pause() {
		this.state = "paused";
		this.node.process.kill("SIGSTOP");
	}

	goOn() {
		this.state = "up";
		this.node.process.kill("SIGCONT");
	}
}

// What a node is told so that many fit on one machine.
const LIGHT = {
	"outbound.connections": "16",
	"outbound.host_connections": "1",
	"listen.connections": "512",
};

// Makes and starts a node for each territory.
export async function makeCrowd(territories, { districts, settings, say }) {
	const members = territories.map((t, i) => new Member(t, i));
	const pki = certify("pays.localhost");
	const names = members.map((m) => `t${m.index}.pays.localhost`);
	const places = [];
	for (const m of members) {
		places.push(await districts.place(m.index, names[m.index]));
		m.district = places.at(-1).district;
	}
	const hosts = places.flatMap(({ at }, i) =>
		at ? [`${names[i]}=${at.address}`] : [],
	);
	let made = 0;
	await each(members, async (member, i) => {
		const { name, insee, latitude, longitude } = territories[i];
		member.node = await Node.create(names[i], {
			title: name,
			place: [
				...["--insee", insee, "--lat", `${latitude}`],
				...[`--lon=${longitude}`],
			],
			network: districts.networks,
			at: places[i].at,
			pki,
			threads: 1,
			settings: {
				...LIGHT,
				...(hosts.length > 0 ? { "outbound.hosts": hosts } : {}),
				...settings,
			},
		});
		if (++made % 100 === 0) say(`${made} nodes made`);
	});
	return members;
}

// What each administrator does once: join one node, admit a few.
export async function introduce(members, { joins, admits }) {
	const give = (words) =>
		([a, b]) => members[a].node.ask(words, [members[b].domain]);
	await each(joins, give("peer join"));
	await each(admits, give("peer admit"));
}

// --- Projects ---

const projectOf = (member, name, text) => ({
	username: name,
	name: `Projet ${name} de ${member.territory.name}`,
	holder: HOLDER,
	summary: text,
	stage: "running",
	place: { insee: member.territory.insee },
	discoverable: true,
	indexable: true,
});

// Imports `count` projects and their holder.
export async function populate(member, count) {
	const names = Array.from({ length: count }, () => `p${member.made++}`);
	const file = {
		profiles: [
			{
				username: HOLDER,
				name: "Une tenante",
				kind: "person",
				consent: true,
				discoverable: true,
			},
		],
		projects: names.map((name) =>
			projectOf(member, name, "Un **jardin partagé** et son atelier."),
		),
	};
	await member.node.ask("import", ["-"], {}, JSON.stringify(file));
	member.projects.push(...names);
}

export async function createProject(member, text) {
	const name = `p${member.made++}`;
	await member.node.ask("project create", [name], {
		holder: HOLDER,
		name: `Projet ${name}`,
		summary: text,
		discoverable: true,
	});
	member.projects.push(name);
}

export const editProject = (member, name, options) =>
	member.node.ask("project edit", [name], options);

export async function deleteProject(member, name) {
	member.projects.splice(member.projects.indexOf(name), 1);
	await member.node.ask("project delete", [name]);
}
