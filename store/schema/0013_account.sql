-- Who may sign in: an account acts as one profile of ours.
CREATE TABLE account (
	id INTEGER PRIMARY KEY,
	profile_id INTEGER NOT NULL UNIQUE REFERENCES actor (id),
	email TEXT COLLATE NOCASE UNIQUE,
	password TEXT,                  -- yescrypt; NULL until one was chosen
	suspended INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	signed_in_at INTEGER NOT NULL DEFAULT 0
);

-- A browser that is signed in, by the SHA-256 of what its cookie holds.
CREATE TABLE session (
	hash BLOB PRIMARY KEY,
	account_id INTEGER NOT NULL REFERENCES account (id),
	created_at INTEGER NOT NULL,
	used_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_account ON session (account_id);

-- A link with which a password is chosen, by the SHA-256 of what it holds; one
-- for each account.
CREATE TABLE account_link (
	account_id INTEGER PRIMARY KEY REFERENCES account (id),
	hash BLOB NOT NULL UNIQUE,
	expires_at INTEGER NOT NULL
);
