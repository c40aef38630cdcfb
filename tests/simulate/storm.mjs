// SPDX-License-Identifier: ISC
// Changes and faults at random: the same choices for the same seed.
import { createProject, deleteProject, editProject } from "./crowd.mjs";
import { waitFor } from "../network/lib/wait.mjs";

export class Dice {
	constructor(seed) {
		this.seed = seed >>> 0;
	}

	below(n) {
		this.seed = (Math.imul(this.seed, 1664525) + 1013904223) >>> 0;
		return Math.floor((this.seed / 2 ** 32) * n);
	}

	of(list) {
		return list[this.below(list.length)];
	}
}

export class Storm {
	constructor(members, districts, { seed, faults }) {
		Object.assign(this, { members, districts, faults });
		this.dice = new Dice(seed);
		this.counts = { changed: 0, created: 0, deleted: 0, hidden: 0 };
		if (faults) Object.assign(this.counts, { killed: 0, paused: 0, cut: 0 });
	}

	get #missing() {
		return this.members.filter(
			(m) => m.state !== "up" || this.#isAway(m),
		).length;
	}

	#isAway(member) {
		return this.districts.isAway(member.district);
	}

	// One change at a node that is up.
	async change() {
		const member = this.dice.of(this.members);
		const what = this.dice.below(20);
		if (member.state !== "up") return;
		const name = this.dice.of(member.projects);
		if (name === undefined || what === 0) {
			this.counts.created++;
			await createProject(member, `Né du tirage ${this.dice.seed}`);
		} else if (what === 1 && member.projects.length > 1) {
			this.counts.deleted++;
			await deleteProject(member, name);
		} else if (what === 2) {
			this.counts.hidden++;
			await editProject(member, name, { discoverable: false });
		} else {
			this.counts.changed++;
			await editProject(member, name, {
				discoverable: true,
				status: `étape ${this.dice.seed}`,
			});
		}
	}

	// One fault begins or ends.
	async fault() {
		const member = this.dice.of(this.members);
		const what = this.dice.below(4);
		if (member.state === "paused") return member.goOn();
		if (member.state === "down") return member.up(!this.#isAway(member));
		if (this.districts.count > 1 && what === 0)
			return this.#cut(this.dice.below(this.districts.count));
		if (this.#missing >= this.members.length / 2) return this.#mendOne();
		if (what === 1) {
			this.counts.paused++;
			return member.pause();
		}
		this.counts.killed++;
		return member.kill();
	}

	async #cut(district) {
		if (this.districts.isAway(district)) return this.districts.join(district);
		if (this.districts.away.size + 1 >= this.districts.count)
			return this.districts.join([...this.districts.away][0]);
		this.counts.cut++;
		return this.districts.cutOff(district);
	}

	async #mendOne() {
		const member = this.members.find((m) => m.state !== "up");
		if (member?.state === "paused") member.goOn();
		else if (member) await member.up(!this.#isAway(member));
	}

	// For so many seconds, or so many changes; as fast as they are taken but
	// for the pace: changes a second.
	async rage({ seconds, changes = Infinity, pace = Infinity }) {
		const start = Date.now();
		for (let n = 0; n < changes; n++) {
			const due = start + (n * 1000) / pace;
			if (Math.max(due, Date.now()) > start + seconds * 1000) break;
			await waitFor("the time of a change", () => Date.now() >= due, {
				seconds: seconds + 60,
			});
			await this.change();
			if (this.faults && this.dice.below(3) === 0) await this.fault();
		}
	}

	// Everything is mended.
	async end() {
		for (const district of [...this.districts.away])
			await this.districts.join(district);
		for (const member of this.members) {
			if (member.state === "paused") member.goOn();
			if (member.state === "down") await member.up();
		}
	}
}
