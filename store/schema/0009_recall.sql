-- What our own log had after the state of this database, as others hold it,
-- and what belongs to no account here: it waits for the administrator.
CREATE TABLE catalogue_lost (
	object_uri TEXT PRIMARY KEY,
	document TEXT NOT NULL,         -- the entry, canonical JSON
	at INTEGER NOT NULL             -- when it was signed
) WITHOUT ROWID;

-- Where a log stood that was erased here, by the key that signed it: what is
-- older does not come back when its node is admitted again.
CREATE TABLE catalogue_kept (
	domain TEXT PRIMARY KEY,
	key BLOB NOT NULL,              -- Ed25519, SPKI
	epoch INTEGER NOT NULL,
	seq INTEGER NOT NULL
) WITHOUT ROWID;

-- What the administrator withholds of others' catalogues: neither found nor
-- handed on, whichever entry speaks of it.
CREATE TABLE catalogue_withheld (
	object_uri TEXT PRIMARY KEY,
	at INTEGER NOT NULL
) WITHOUT ROWID;

-- One that nobody handed over, since whoever had it withholds it: its number
-- and hash alone, for the digest.
CREATE INDEX catalogue_entry_stub ON catalogue_entry (origin_id)
	WHERE document = '';

-- The documents of a copy together, for the limit of its size.
ALTER TABLE catalogue_origin ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE catalogue_origin SET bytes = (SELECT coalesce(sum(length(document)), 0)
	FROM catalogue_entry WHERE origin_id = catalogue_origin.id);
-- How many entries were taken since a time: for the limit a day.
ALTER TABLE catalogue_origin ADD COLUMN window_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE catalogue_origin ADD COLUMN window_count INTEGER NOT NULL DEFAULT 0;

-- When a node asked to be admitted here.
ALTER TABLE peer ADD COLUMN asked_at INTEGER NOT NULL DEFAULT 0;

-- A node's key that gave way to another, as the old one said.
CREATE TABLE peer_rotation (
	domain TEXT NOT NULL,
	old_key BLOB NOT NULL,          -- Ed25519, SPKI
	new_key BLOB NOT NULL,
	document TEXT NOT NULL,         -- the statement, canonical JSON
	at INTEGER NOT NULL,
	PRIMARY KEY (domain, old_key)
) WITHOUT ROWID;
