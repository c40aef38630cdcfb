-- What the administrator decided on servers that subscribe to the relay.
CREATE TABLE relay_rule (
	domain TEXT PRIMARY KEY,        -- normalised, with a port unless 443
	rule INTEGER NOT NULL,          -- enum relay_rule
	at INTEGER NOT NULL
) WITHOUT ROWID;

-- The Follow named everybody (as:Public) instead of the relay: its Accept
-- gives it back as it was.
ALTER TABLE follow ADD COLUMN of_public INTEGER NOT NULL DEFAULT 0;
