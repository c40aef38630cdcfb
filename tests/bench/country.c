/* SPDX-License-Identifier: ISC */
#include "tests/bench/country.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/clock.h"

enum {
	PEOPLE_MIN = 20, /* as many stand for a commune that nobody counts */
	NAMES = 40000,   /* invented ones, rarer and rarer */
	TEXT_MAX = 4096,
	YEARS = 4,
};

static const int64_t now = 1790000000;

struct country {
	uint64_t seed;
	size_t count;
	uint64_t *people; /* up to and with the i-th commune */
};

/* Numbers of one entry, by splitmix64. */
struct dice {
	uint64_t state;
};

static uint64_t
roll(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static size_t
below(struct dice *dice, size_t n)
{
	return (size_t)(roll(dice) % n);
}

static double
part(struct dice *dice)
{
	return (double)(roll(dice) >> 11) / 9007199254740992.0;
}

/* The first are the most frequent, as Zipf has it. */
static size_t
zipf(struct dice *dice, size_t n)
{
	double at = pow((double)n + 1, part(dice)) - 1;

	return MIN((size_t)at, n - 1);
}

#define PICK(dice, list) ((list)[below(dice, N_ELEMENTS(list))])

static const char *const kinds[] = { "Jardin partagé", "Épicerie solidaire",
	"Atelier vélo", "Recyclerie", "Café associatif", "Ferme", "Tiers-lieu",
	"Fournil", "Brasserie", "Ressourcerie", "Bibliothèque d'objets",
	"Repair café", "Maraîchage", "Habitat participatif", "Boulangerie",
	"Couture créative", "Coopérative", "Théâtre", "Fab lab", "Savonnerie",
	"Menuiserie", "Crèche parentale", "Énergie citoyenne", "Verger",
	"Miellerie", "Chantier d'insertion", "École alternative",
	"Garage solidaire", "Librairie", "Festival", "Conserverie", "Pépinière",
	"Écocentre", "Compagnie", "Laverie", "Maison des aînés", "Potager",
	"Moulin", "Fromagerie", "Imprimerie" };
static const char *const after_kind[] = { "des Lilas", "du Moulin",
	"de la Gare", "des Prés", "du Bourg", "de la Source", "du Canal",
	"des Tilleuls", "du Marché", "de l'Étang", "des Coquelicots", "du Pont",
	"de la Plaine", "des Halles", "du Vallon", "des Alouettes",
	"de l'Église", "du Port" };
static const char *const openings[] = {
	"Notre projet est né d'une envie de voisins",
	"Le projet réunit des habitants autour d'un lieu",
	"Une association de bénévoles porte ce projet depuis trois ans",
	"Nous cherchons à ouvrir un lieu de rencontre et de partage",
	"L'association accueille le public chaque semaine",
	"Un projet collectif, ouvert à toutes et à tous",
	"Créée par des habitantes du quartier, l'association grandit",
	"Ce projet veut relier producteurs et consommateurs du territoire",
	"Je propose mon temps et mon savoir-faire aux projets du territoire",
	"Nous produisons sur place et vendons en circuit court",
	"Artisane depuis dix ans, je transmets mon métier",
	"Le collectif anime un lieu ouvert, sans but lucratif",
};
static const char *const topics[] = { "permaculture", "maraîchage biologique",
	"réparation de vélos", "réemploi", "compostage", "couture",
	"isolation en paille", "énergie solaire", "mobilité douce",
	"alimentation locale", "éducation populaire", "théâtre de rue",
	"musique", "inclusion numérique", "logiciels libres", "apiculture",
	"plantes médicinales", "boulangerie au levain", "menuiserie",
	"céramique", "jardinage", "semences paysannes", "haies et bocage",
	"garde d'enfants", "accueil des aînés", "insertion professionnelle",
	"habitat léger", "cuisine partagée", "zéro déchet", "covoiturage",
	"économie sociale et solidaire", "monnaie locale", "tissage", "forge",
	"brassage de bière", "fromages fermiers", "traction animale",
	"médiation culturelle", "cinéma en plein air", "lecture publique",
	"sport pour tous", "santé communautaire", "rénovation énergétique",
	"gestion de l'eau", "forêt et bois de chauffage", "poterie" };
static const char *const middles[] = {
	"Les ateliers ont lieu le samedi et traitent de %s et de %s.",
	"Nous organisons des chantiers de %s, avec un peu de %s.",
	"Au programme : %s, %s, et surtout de bons moments.",
	"Les bénévoles apprennent la %s ; d'autres préfèrent %s.",
	"Une formation de %s est prévue à l'automne, puis de %s.",
	"Le lieu dispose d'un espace pour %s et d'une salle pour %s.",
	"On y trouve du matériel de %s, prêté contre un coup de main en %s.",
	"Avec la commune, nous développons %s et %s.",
};
static const char *const closings[] = {
	"Nous avons besoin d'un local de quarante mètres carrés.",
	"Toute aide est bienvenue, même une heure par mois.",
	"Il nous manque un véhicule pour les livraisons.",
	"Le financement participatif a réuni la moitié de la somme.",
	"Prochaine réunion publique en septembre.",
	"Adhésion libre, entrée gratuite.",
	"Nous cherchons des partenaires et des débouchés.",
	"Une cuisine équipée reste à trouver.",
	"L'ouverture est espérée au printemps.",
	"Venez nous rencontrer au marché.",
};
static const char *const themes[] = { "alimentation", "agriculture", "culture",
	"économie circulaire", "éducation", "énergie", "environnement",
	"habitat", "inclusion", "mobilité", "numérique", "santé", "solidarité",
	"artisanat", "commerce", "sport", "tourisme", "enfance", "aînés",
	"eau" };
static const char *const stages[] = { "idea", "starting", "running", "seeking",
	"done" };
static const char *const needs[] = { "premises", "land", "equipment", "money",
	"skills", "partners", "volunteers", "advice" };
static const char *const heads[] = { "Ker", "Mar", "Bel", "Val", "Mont", "Cha",
	"Ro", "Lan", "Tre", "Vi", "Sau", "Pla", "Gour", "Ar", "Cor", "Fon",
	"Pey", "Ol", "Es", "Da" };
static const char *const joints[] = { "a", "ve", "li", "mo", "ran", "ti", "do",
	"bou", "ne", "che", "gui", "ros", "ma", "pi", "lou", "ber", "cou", "sa",
	"fé", "nan", "ju", "quer", "ga", "bri", "ten" };
static const char *const tails[] = { "nne", "lle", "ac", "ou", "ière", "ange",
	"ol", "ette", "ard", "igny", "ère", "ane", "ieu", "oux", "ines",
	"ade" };

/* --- Places --- */

struct country *
country_new(uint64_t seed)
{
	const struct gazetteer *gazetteer = gazetteer_builtin();
	struct country *country = xcalloc(1, sizeof(*country));
	struct gazetteer_place place;
	uint64_t sum = 0;

	country->seed = seed;
	country->count = gazetteer_count(gazetteer);
	country->people = xcalloc(country->count, sizeof(*country->people));
	for (size_t i = 0; i < country->count; i++) {
		gazetteer_get(gazetteer, i, &place);
		sum += MAX(place.population, PEOPLE_MIN);
		country->people[i] = sum;
	}
	return country;
}

void
country_free(struct country **country)
{
	if (*country == NULL)
		return;
	free((*country)->people);
	free(*country);
	*country = NULL;
}

static size_t
commune_at(const struct country *country, struct dice *dice)
{
	uint64_t n = roll(dice) % country->people[country->count - 1];
	size_t low = 0, high = country->count - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (country->people[middle] > n)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static struct dice
dice_of(const struct country *country, uint64_t i, uint64_t use)
{
	struct dice dice = { country->seed * 0x2545f4914f6cdd1du + i * 4 +
			     use };

	(void)roll(&dice);
	return dice;
}

void
country_commune(
    const struct country *country, uint64_t i, struct gazetteer_place *ret)
{
	struct dice dice = dice_of(country, i, 1);

	gazetteer_get(gazetteer_builtin(), commune_at(country, &dice), ret);
}

/* --- Texts --- */

/* The n-th invented name; the same n, the same name. */
static const char *
invented(struct arena *arena, uint64_t n)
{
	struct dice dice = { n * 0x9e3779b97f4a7c15u };

	(void)roll(&dice);
	return arena_printf(arena, "%s%s%s%s", PICK(&dice, heads),
	    PICK(&dice, joints),
	    below(&dice, 2) == 0 ? "" : PICK(&dice, joints),
	    PICK(&dice, tails));
}

static const char *
name_of(struct arena *arena, struct dice *dice, const char *commune)
{
	const char *kind = PICK(dice, kinds);

	switch (below(dice, 5)) {
	case 0:
		return arena_printf(
		    arena, "%s %s", kind, PICK(dice, after_kind));
	case 1:
		return arena_printf(arena, "%s de %s", kind, commune);
	case 2:
		return arena_printf(arena, "Les amis de %s",
		    invented(arena, zipf(dice, NAMES)));
	case 3:
		return invented(arena, zipf(dice, NAMES));
	default:
		return arena_printf(
		    arena, "%s %s", kind, invented(arena, zipf(dice, NAMES)));
	}
}

static const char *
text_of(struct arena *arena, struct dice *dice, const char *commune)
{
	struct buf text;
	const char *ret;
	size_t sentences = 1 + below(dice, 5);

	buf_init(&text, TEXT_MAX);
	buf_printf(&text, "%s à %s. ", PICK(dice, openings), commune);
	for (size_t i = 0; i < sentences; i++) {
		const char *middle = PICK(dice, middles);
		const char *gap = strstr(middle, "%s");
		const char *second = strstr(gap + 2, "%s");

		buf_printf(&text, "%.*s%s%.*s%s%s ", (int)(gap - middle),
		    middle, topics[zipf(dice, N_ELEMENTS(topics))],
		    (int)(second - gap - 2), gap + 2,
		    topics[zipf(dice, N_ELEMENTS(topics))], second + 2);
	}
	buf_printf(&text, "%s %s Avec %s et %s.", PICK(dice, closings),
	    PICK(dice, closings), invented(arena, zipf(dice, NAMES)),
	    invented(arena, zipf(dice, NAMES)));
	ret = arena_strdup(arena, buf_str(&text));
	buf_done(&text);
	return ret;
}

static enum search_kind
kind_of(struct dice *dice)
{
	size_t n = below(dice, 100);

	return n < 50   ? SEARCH_PROJECT
	       : n < 75 ? SEARCH_PROFILE
	       : n < 90 ? SEARCH_NEED
			: SEARCH_OFFER;
}

void
country_entry(const struct country *country, struct arena *arena, uint64_t i,
    struct search_document *ret)
{
	struct dice dice = dice_of(country, i, 0);
	size_t commune = commune_at(country, &dice);
	const char **words = arena_alloc(arena, 3 * sizeof(*words));
	struct gazetteer_place place;

	gazetteer_get(gazetteer_builtin(), commune, &place);
	*ret = (struct search_document){
		.entry_id = (int64_t)i + 1,
		/* A territory is some communes side by side. */
		.origin_id = 1 + (int64_t)(commune * COUNTRY_TERRITORIES /
					   country->count),
		.object_uri = arena_printf(
		    arena, "https://n.example/o/%llu", (unsigned long long)i),
		.kind = kind_of(&dice),
		.name = name_of(arena, &dice, place.name),
		.text = text_of(arena, &dice, place.name),
		.themes = words,
		.theme_count = 1 + below(&dice, 2),
		.skills = words + 2,
		.skill_count = below(&dice, 2),
		.stage = PICK(&dice, stages),
		.place = place.name,
		.departement = place.departement,
		.located = true,
		.latitude = place.latitude,
		.longitude = place.longitude,
		.url = "https://n.example/p",
		.updated = now - (int64_t)(part(&dice) * part(&dice) * YEARS *
					   31557600),
	};
	words[0] = PICK(&dice, themes);
	words[1] = PICK(&dice, themes);
	words[2] = PICK(&dice, topics);
	if (ret->kind == SEARCH_NEED || ret->kind == SEARCH_OFFER)
		ret->need = PICK(&dice, needs);
	ret->excerpt = arena_strndup(arena, ret->text, 120);
}
