-- Other nodes whose catalogues are held here, or might be.
CREATE TABLE peer (
	id INTEGER PRIMARY KEY,
	domain TEXT NOT NULL UNIQUE,    -- with a port unless 443
	key BLOB,                       -- Ed25519 of its instance, SPKI
	rule INTEGER NOT NULL DEFAULT 0,  -- enum peer_rule
	state INTEGER NOT NULL DEFAULT 0, -- enum peer_state: what follows
	why TEXT NOT NULL DEFAULT '',
	neighbour INTEGER NOT NULL DEFAULT 0, -- the administrator's choice
	tried_at INTEGER NOT NULL DEFAULT 0,
	ok_at INTEGER NOT NULL DEFAULT 0,
	failures INTEGER NOT NULL DEFAULT 0,  -- in a row
	wait_until INTEGER NOT NULL DEFAULT 0, -- not asked before
	last_error TEXT,
	created_at INTEGER NOT NULL
);
CREATE INDEX peer_state ON peer (state, id);

-- Row 1 is ours; the others are copies of what peers signed.  `changed` rises
-- over all rows with each change of one: others read on from it.
ALTER TABLE catalogue_origin ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE catalogue_origin ADD COLUMN source TEXT; -- who handed it over
ALTER TABLE catalogue_origin ADD COLUMN read_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE catalogue_origin ADD COLUMN problem TEXT; -- why it is frozen
ALTER TABLE catalogue_origin ADD COLUMN evidence TEXT; -- a head against it
CREATE INDEX catalogue_origin_changed ON catalogue_origin (changed);
