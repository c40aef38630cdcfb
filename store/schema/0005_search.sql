-- What the catalogues hold, made findable.  The id is a place on a curve over
-- the map, see store/search_curve.h.
CREATE TABLE search_entry (
	id INTEGER PRIMARY KEY,
	entry_id INTEGER NOT NULL UNIQUE, -- of catalogue_entry
	object_hash INTEGER NOT NULL,   -- the entry's: ids are given again
	origin_id INTEGER NOT NULL REFERENCES catalogue_origin (id),
	kind INTEGER NOT NULL,          -- enum search_kind
	name TEXT,
	excerpt TEXT,
	place TEXT,
	located INTEGER NOT NULL,
	latitude REAL NOT NULL,
	longitude REAL NOT NULL,
	stage TEXT,
	url TEXT,
	updated INTEGER NOT NULL,
	terms TEXT NOT NULL,            -- exactly what search_index was given
	words TEXT NOT NULL             -- and what search_word counts of it
);
CREATE INDEX search_entry_newest ON search_entry (updated DESC);
CREATE INDEX search_entry_origin ON search_entry (origin_id);

-- The terms were made by store/tokenizer.c and are only told apart here.
CREATE VIRTUAL TABLE search_index USING fts5 (terms, content = '',
	detail = none, columnsize = 0, tokenize = "ascii tokenchars '_~'");

-- How many there are of a kind from an origin.
CREATE TABLE search_count (
	kind INTEGER NOT NULL,
	origin_id INTEGER NOT NULL REFERENCES catalogue_origin (id),
	count INTEGER NOT NULL,
	PRIMARY KEY (kind, origin_id)
) WITHOUT ROWID;

-- Words of names, themes and skills: what is being typed is completed from
-- them, and how many entries have one says how much it distinguishes.
CREATE TABLE search_word (
	word TEXT PRIMARY KEY,          -- folded
	first TEXT NOT NULL,            -- its two first letters
	stem TEXT NOT NULL,
	shown TEXT NOT NULL,            -- as somebody wrote it
	count INTEGER NOT NULL,
	magnitude INTEGER NOT NULL      -- of count: digits in binary
) WITHOUT ROWID;
CREATE INDEX search_word_first ON search_word (first, magnitude DESC);
CREATE INDEX search_word_stem ON search_word (stem);
