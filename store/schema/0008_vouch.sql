-- What admitted peers say of others: each list replaces the one before.
ALTER TABLE peer ADD COLUMN introducer INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN list_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN list_at INTEGER NOT NULL DEFAULT 0; -- read

CREATE TABLE vouch (
	voucher_id INTEGER NOT NULL REFERENCES peer (id),
	domain TEXT NOT NULL,
	key BLOB NOT NULL,              -- Ed25519, SPKI
	direct INTEGER NOT NULL,        -- by its administrator, not by a rule
	PRIMARY KEY (voucher_id, domain)
) WITHOUT ROWID;
CREATE INDEX vouch_domain ON vouch (domain);
