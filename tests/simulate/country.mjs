// SPDX-License-Identifier: ISC
// Which territories there are, and who admits whom: a sparse graph, as
// neighbours would make it.
import { readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../network/lib/zone.mjs";

const NEAREST = 2; // neighbours that each admits, beside the one it joined by

// --- Territories: { name, insee, latitude, longitude, population } ---

// A table with a heading: nom, population, latitude, longitude and
// communes_principales ("74042 Bonneville,...").
export function readTerritories(file) {
	const [heading, ...lines] = readFileSync(file, "utf8").trim().split("\n");
	const names = heading.split("\t");
	return lines.map((line) => {
		const row = Object.fromEntries(
			line.split("\t").map((field, i) => [names[i], field]),
		);
		return {
			name: row.nom,
			insee: row.communes_principales?.split(" ")[0],
			latitude: Number(row.latitude),
			longitude: Number(row.longitude),
			population: Number(row.population),
		};
	});
}

// The groups of communes in the gazetteer that the program carries.
export function gazetteerTerritories() {
	const file = path.join(ROOT, "contrib/gazetteer/communes.txt");
	const groups = new Map();
	for (const line of readFileSync(file, "utf8").split("\n")) {
		const [kind, code, name, , group, people, latitude, longitude] =
			line.split("\t");
		if (kind === "E") groups.set(code, { name, population: 0, most: -1 });
		const of = kind === "C" ? groups.get(group) : undefined;
		if (!of) continue;
		of.population += Number(people);
		if (Number(people) <= of.most) continue;
		of.most = Number(people);
		of.insee = code;
		of.latitude = Number(latitude);
		of.longitude = Number(longitude);
	}
	return [...groups.values()];
}

// `count` of them, evenly from the largest to the smallest.
export function choose(territories, count) {
	const all = territories
		.filter((t) => t.insee && Number.isFinite(t.latitude + t.longitude))
		.sort((a, b) => b.population - a.population);
	if (all.length < count)
		throw new Error(`${count} territories asked for, ${all.length} known`);
	return Array.from(
		{ length: count },
		(_, i) => all[Math.floor((i * all.length) / count)],
	);
}

// --- Who admits whom ---

function nearest(territories, from, among, count) {
	const a = territories[from];
	const squeeze = Math.cos((a.latitude * Math.PI) / 180);
	const far = (i) =>
		(territories[i].latitude - a.latitude) ** 2 +
		((territories[i].longitude - a.longitude) * squeeze) ** 2;
	return among
		.filter((i) => i !== from)
		.sort((x, y) => far(x) - far(y))
		.slice(0, count);
}

/*
 * { joins, admits }: pairs [who, whom].  The largest few are known to all: each
 * of the others joins by the nearest of them, which admits it in turn; they
 * themselves join each other in a ring.  Beside that each and its nearest
 * neighbours admit each other.  So every administrator names a handful, and
 * everything else follows from introducers and vouches.
 */
export function graph(territories) {
	const all = territories.map((_, i) => i);
	const hubs = all.slice(0, Math.max(2, Math.round(Math.sqrt(all.length) / 2)));
	const joins = [];
	const admits = new Map();
	const admit = (a, b) => admits.set(`${a} ${b}`, [a, b]);
	hubs.forEach((hub, i) => {
		const next = hubs[(i + 1) % hubs.length];
		joins.push([hub, next], [next, hub]);
	});
	for (const i of all.slice(hubs.length)) {
		const [hub] = nearest(territories, i, hubs, 1);
		joins.push([i, hub]);
		admit(hub, i);
	}
	for (const i of all)
		for (const other of nearest(territories, i, all, NEAREST)) {
			admit(i, other);
			admit(other, i);
		}
	for (const [a, b] of joins) admits.delete(`${a} ${b}`);
	return { joins, admits: [...admits.values()] };
}
