-- Catalogue logs.  Each node is the single author of one: a numbered list of
-- the present state of what wishes to be found there.  Row 1 is this node's
-- own.
CREATE TABLE catalogue_origin (
	id INTEGER PRIMARY KEY,
	domain TEXT NOT NULL UNIQUE,    -- with a port unless 443
	epoch INTEGER NOT NULL,
	seq INTEGER NOT NULL,           -- the highest given out
	count INTEGER NOT NULL,         -- of the live entries
	state BLOB NOT NULL,            -- LtHash over the live entries
	head TEXT,                      -- signed, canonical JSON
	head_at INTEGER NOT NULL
);

-- One entry per object: the newest.
CREATE TABLE catalogue_entry (
	id INTEGER PRIMARY KEY,
	origin_id INTEGER NOT NULL REFERENCES catalogue_origin (id),
	seq INTEGER NOT NULL,
	object_uri TEXT NOT NULL,
	object_hash INTEGER NOT NULL,   -- the first 64 bits, as uri_hash
	kind INTEGER NOT NULL,          -- enum catalogue_kind; 0 is live
	document TEXT NOT NULL,         -- canonical JSON with its proof
	hash BLOB NOT NULL,             -- SHA-256 of document
	at INTEGER NOT NULL,
	UNIQUE (origin_id, seq)
);
CREATE INDEX catalogue_entry_object ON catalogue_entry (object_hash);
CREATE INDEX catalogue_entry_buried ON catalogue_entry (origin_id, at)
	WHERE kind <> 0;
