-- The first schema.  Times are seconds since 1970 (UTC).  uri_hash is the
-- first 64 bits of SHA-256 of uri: an index over small integers that arrive
-- in no order costs a quarter of one over the addresses themselves.

CREATE TABLE meta (
	key TEXT PRIMARY KEY,
	value
) WITHOUT ROWID;

-- Other servers: how to speak to them and how they are.
CREATE TABLE host (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,      -- normalised, with a port unless 443
	signature INTEGER NOT NULL DEFAULT 0, -- 0 unknown, 1 cavage, 2 RFC 9421
	software TEXT,
	down_since INTEGER,             -- NULL while it answers
	failures INTEGER NOT NULL DEFAULT 0, -- in a row
	next_at INTEGER NOT NULL DEFAULT 0,  -- not before: probe, Retry-After
	due_at INTEGER,                 -- when something can be sent, or NULL
	last_ok_at INTEGER,
	last_failure_at INTEGER,
	last_error TEXT,
	waiting_items INTEGER NOT NULL DEFAULT 0,
	waiting_bytes INTEGER NOT NULL DEFAULT 0,
	dropped_items INTEGER NOT NULL DEFAULT 0, -- beyond the bounds, in all
	dropped_at INTEGER,
	created_at INTEGER NOT NULL
);
CREATE INDEX host_due ON host (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX host_waiting ON host (id, due_at) WHERE due_at IS NOT NULL;

-- Actors, ours and others'.  A deleted actor keeps its row as a Tombstone:
-- its id and its name are never given again.
CREATE TABLE actor (
	id INTEGER PRIMARY KEY,
	uri TEXT NOT NULL,
	uri_hash INTEGER NOT NULL,
	kind INTEGER NOT NULL,          -- enum actor_kind; 0 is remote
	type TEXT NOT NULL,             -- Person, Group, ...
	username TEXT NOT NULL,         -- preferredUsername
	host_id INTEGER REFERENCES host (id), -- NULL for ours
	name TEXT,
	summary TEXT,                   -- safe HTML
	source TEXT,                    -- what was written, ours only
	url TEXT,
	icon_url TEXT,
	inbox TEXT,
	shared_inbox TEXT,
	outbox TEXT,
	followers TEXT,
	owner_id INTEGER REFERENCES actor (id), -- holder of a project
	manually_approves INTEGER NOT NULL DEFAULT 0,
	discoverable INTEGER NOT NULL DEFAULT 0,
	indexable INTEGER NOT NULL DEFAULT 0,
	profile_kind TEXT,              -- person, organisation, ...
	stage TEXT,                     -- idea, starting, ...
	status TEXT,                    -- where a project stands, in words
	contact TEXT,
	place_insee TEXT,
	place_name TEXT,
	place_postcode TEXT,
	latitude REAL,
	longitude REAL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	fetched_at INTEGER,             -- others only
	deleted_at INTEGER,
	has_keys INTEGER NOT NULL DEFAULT 0,
	document TEXT                   -- as received, others only
);
CREATE INDEX actor_uri ON actor (uri_hash);
CREATE UNIQUE INDEX actor_username ON actor (username COLLATE NOCASE)
	WHERE kind <> 0;
CREATE INDEX actor_owner ON actor (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX actor_kind ON actor (kind, id) WHERE kind <> 0;
CREATE INDEX actor_host ON actor (host_id)
	WHERE host_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX actor_keyless ON actor (id)
	WHERE kind <> 0 AND has_keys = 0 AND deleted_at IS NULL;

-- Short ordered lists of an actor: skills, themes, languages.
CREATE TABLE actor_term (
	actor_id INTEGER NOT NULL REFERENCES actor (id),
	kind INTEGER NOT NULL,          -- enum term_kind
	position INTEGER NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (actor_id, kind, position)
) WITHOUT ROWID;

CREATE TABLE actor_link (
	actor_id INTEGER NOT NULL REFERENCES actor (id),
	position INTEGER NOT NULL,
	label TEXT NOT NULL,
	href TEXT NOT NULL,
	PRIMARY KEY (actor_id, position)
) WITHOUT ROWID;

-- Team and supporters of a project: an actor's address, or just a name.
CREATE TABLE project_member (
	project_id INTEGER NOT NULL REFERENCES actor (id),
	position INTEGER NOT NULL,
	supporter INTEGER NOT NULL,
	uri TEXT,
	name TEXT,
	role TEXT,
	PRIMARY KEY (project_id, position)
) WITHOUT ROWID;

CREATE TABLE actor_key (
	id INTEGER PRIMARY KEY,
	actor_id INTEGER NOT NULL REFERENCES actor (id),
	uri TEXT NOT NULL,
	uri_hash INTEGER NOT NULL,
	kind INTEGER NOT NULL,          -- enum key_kind
	spki BLOB NOT NULL,
	secret BLOB,                    -- PKCS#8, ours only
	created_at INTEGER NOT NULL
);
CREATE INDEX actor_key_uri ON actor_key (uri_hash);
CREATE INDEX actor_key_actor ON actor_key (actor_id);

-- Notes and whatever else has an author.  A deleted object keeps id and date.
CREATE TABLE object (
	id INTEGER PRIMARY KEY,
	uri TEXT NOT NULL,
	uri_hash INTEGER NOT NULL,
	local INTEGER NOT NULL,
	type TEXT NOT NULL,
	actor_id INTEGER REFERENCES actor (id), -- NULL: a Tombstone never known
	visibility INTEGER NOT NULL,    -- enum visibility
	in_reply_to TEXT,
	context TEXT,
	name TEXT,
	summary TEXT,
	content TEXT,                   -- safe HTML
	source TEXT,                    -- what was written, ours only
	url TEXT,
	language TEXT,
	published INTEGER NOT NULL,
	updated INTEGER NOT NULL,
	received_at INTEGER NOT NULL,
	deleted_at INTEGER,
	document TEXT                   -- as received, others only
);
CREATE INDEX object_uri ON object (uri_hash);
CREATE INDEX object_actor ON object
	(actor_id, visibility, deleted_at, published);
CREATE INDEX object_recent ON object (published)
	WHERE local = 1 AND deleted_at IS NULL;
CREATE INDEX object_deleted ON object (local, deleted_at)
	WHERE deleted_at IS NOT NULL;

CREATE TABLE reaction (
	id INTEGER PRIMARY KEY,
	uri TEXT NOT NULL,
	uri_hash INTEGER NOT NULL,
	object_id INTEGER NOT NULL REFERENCES object (id),
	actor_id INTEGER NOT NULL REFERENCES actor (id),
	kind INTEGER NOT NULL,          -- enum reaction_kind
	at INTEGER NOT NULL,
	UNIQUE (object_id, actor_id, kind)
);
CREATE INDEX reaction_uri ON reaction (uri_hash);
CREATE INDEX reaction_actor ON reaction (actor_id);

CREATE TABLE follow (
	id INTEGER PRIMARY KEY,
	uri TEXT NOT NULL,              -- of the Follow activity
	uri_hash INTEGER NOT NULL,
	follower_id INTEGER NOT NULL REFERENCES actor (id),
	followee_id INTEGER NOT NULL REFERENCES actor (id),
	state INTEGER NOT NULL,         -- enum follow_state
	created_at INTEGER NOT NULL,
	decided_at INTEGER,
	UNIQUE (follower_id, followee_id)
);
CREATE INDEX follow_uri ON follow (uri_hash);
CREATE INDEX follow_followee ON follow (followee_id, state, id);
CREATE INDEX follow_follower ON follow (follower_id, state, id);

CREATE TABLE block (
	actor_id INTEGER NOT NULL REFERENCES actor (id),
	target_id INTEGER NOT NULL REFERENCES actor (id),
	uri TEXT NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (actor_id, target_id)
) WITHOUT ROWID;
CREATE INDEX block_target ON block (target_id);

-- What a local profile sees of those it follows, written as it arrives; an
-- object stands once on a page.
CREATE TABLE timeline (
	id INTEGER PRIMARY KEY,
	owner_id INTEGER NOT NULL REFERENCES actor (id),
	object_id INTEGER NOT NULL REFERENCES object (id),
	via_id INTEGER REFERENCES actor (id), -- who announced it, or NULL
	at INTEGER NOT NULL,
	UNIQUE (object_id, owner_id)
);
CREATE INDEX timeline_owner ON timeline (owner_id, at);
CREATE INDEX timeline_via ON timeline (via_id) WHERE via_id IS NOT NULL;

-- Our own activities, as they were sent.
CREATE TABLE activity (
	id INTEGER PRIMARY KEY,
	uri TEXT NOT NULL,
	uri_hash INTEGER NOT NULL,
	actor_id INTEGER NOT NULL REFERENCES actor (id),
	type TEXT NOT NULL,
	object_uri TEXT,
	object_hash INTEGER,
	visibility INTEGER NOT NULL,
	listed INTEGER NOT NULL,        -- stands in the outbox collection
	retracted INTEGER NOT NULL DEFAULT 0, -- document goes once it was sent
	published INTEGER NOT NULL,
	document TEXT NOT NULL
);
CREATE INDEX activity_uri ON activity (uri_hash);
CREATE INDEX activity_outbox ON activity (actor_id, listed, id);
CREATE INDEX activity_object ON activity (object_hash)
	WHERE object_hash IS NOT NULL;

-- Ids of activities that were received and done.
CREATE TABLE seen (
	id INTEGER PRIMARY KEY,
	uri_hash INTEGER NOT NULL,
	actor_hash INTEGER NOT NULL,    -- a stranger cannot use up another's id
	at INTEGER NOT NULL
);
CREATE INDEX seen_uri ON seen (uri_hash);

-- What must be sent: the outbox pattern.  A row is deleted once delivered.
CREATE TABLE delivery (
	id INTEGER PRIMARY KEY,
	host_id INTEGER NOT NULL REFERENCES host (id),
	activity_id INTEGER NOT NULL REFERENCES activity (id),
	actor_id INTEGER NOT NULL REFERENCES actor (id), -- who signs
	inbox TEXT NOT NULL,
	inbox_hash INTEGER NOT NULL,
	order_key INTEGER NOT NULL,     -- one at a time, in order, per host
	head INTEGER NOT NULL,          -- the first of its host and key
	synchronize INTEGER NOT NULL DEFAULT 0, -- carries the followers' digest
	bytes INTEGER NOT NULL,
	attempts INTEGER NOT NULL DEFAULT 0,
	next_at INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	last_status INTEGER,
	last_error TEXT
);
CREATE INDEX delivery_host ON delivery (host_id, id);
CREATE INDEX delivery_key ON delivery (host_id, order_key, id);
CREATE INDEX delivery_due ON delivery (host_id, next_at) WHERE head = 1;
CREATE INDEX delivery_activity ON delivery (activity_id);
CREATE INDEX delivery_actor ON delivery (actor_id);
CREATE INDEX delivery_inbox ON delivery (inbox_hash);

-- What must be read from elsewhere on behalf of something acknowledged.
CREATE TABLE task (
	id INTEGER PRIMARY KEY,
	kind INTEGER NOT NULL,          -- enum task_kind
	uri TEXT NOT NULL,
	uri_hash INTEGER NOT NULL,
	actor_id INTEGER REFERENCES actor (id), -- on whose behalf, or who caused it
	argument TEXT,
	attempts INTEGER NOT NULL DEFAULT 0,
	next_at INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	last_error TEXT
);
CREATE INDEX task_due ON task (next_at);
CREATE INDEX task_uri ON task (uri_hash);
