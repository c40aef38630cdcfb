-- Where communes are, over what the program has: from a file of the
-- administrator, and corrections by hand, which count more.
CREATE TABLE place_point (
	insee TEXT NOT NULL,
	by_hand INTEGER NOT NULL,
	latitude REAL NOT NULL,         -- WGS 84, degrees
	longitude REAL NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (insee, by_hand)
) WITHOUT ROWID;
