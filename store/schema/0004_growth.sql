-- What keeps its cost while the tables grow.

-- A follow knows where its follower is: ours, and those of one host, are
-- found without reading all the others.
ALTER TABLE follow ADD COLUMN follower_host INTEGER REFERENCES host (id);
UPDATE follow SET follower_host =
	(SELECT host_id FROM actor WHERE id = follow.follower_id);
CREATE INDEX follow_host ON follow (followee_id, follower_host, state, id);
CREATE TRIGGER actor_moved AFTER UPDATE OF host_id ON actor
WHEN OLD.host_id IS NOT NEW.host_id
BEGIN
	UPDATE follow SET follower_host = NEW.host_id
	WHERE follower_id = NEW.id;
END;

-- The id of a delivery is never given again: what is in flight is known by it
-- outside the database, and its row may go meanwhile.
CREATE TABLE delivery_new (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
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
INSERT INTO delivery_new (id, host_id, activity_id, actor_id, inbox,
	inbox_hash, order_key, head, synchronize, bytes, attempts, next_at,
	created_at, last_status, last_error)
SELECT id, host_id, activity_id, actor_id, inbox, inbox_hash, order_key, head,
	synchronize, bytes, attempts, next_at, created_at, last_status,
	last_error FROM delivery ORDER BY id;
DROP TABLE delivery;
ALTER TABLE delivery_new RENAME TO delivery;
CREATE INDEX delivery_host ON delivery (host_id, id);
CREATE INDEX delivery_key ON delivery (host_id, order_key, id);
CREATE INDEX delivery_due ON delivery (host_id, next_at) WHERE head = 1;
CREATE INDEX delivery_activity ON delivery (activity_id);
CREATE INDEX delivery_actor ON delivery (actor_id);
CREATE INDEX delivery_inbox ON delivery (inbox_hash);

-- Those of an actor that are to be cut down when it goes; and those that
-- nobody asks for once they were sent.
CREATE INDEX activity_kept ON activity (actor_id) WHERE retracted = 0;
CREATE INDEX activity_passing ON activity (id)
	WHERE listed = 0 AND retracted = 0 AND type <> 'Follow';

-- What is too much for one transaction and goes on in steps.
CREATE TABLE chore (
	id INTEGER PRIMARY KEY,
	kind INTEGER NOT NULL,          -- enum chore_kind
	actor_id INTEGER REFERENCES actor (id),
	object_id INTEGER REFERENCES object (id),
	announced INTEGER NOT NULL,
	at INTEGER NOT NULL,
	reached INTEGER NOT NULL        -- done up to this row
);
CREATE INDEX chore_order ON chore (kind, id);
CREATE INDEX chore_actor ON chore (actor_id);
CREATE INDEX chore_object ON chore (object_id);

-- How many there are: asked by anyone, at any time.
CREATE TABLE figure (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	profiles INTEGER NOT NULL,
	projects INTEGER NOT NULL,
	remote_actors INTEGER NOT NULL,
	local_objects INTEGER NOT NULL,
	remote_objects INTEGER NOT NULL,
	followers INTEGER NOT NULL,     -- of ours, accepted
	following INTEGER NOT NULL      -- by ours, accepted
);
INSERT INTO figure SELECT 1,
	(SELECT count(*) FROM actor WHERE kind = 3 AND deleted_at IS NULL),
	(SELECT count(*) FROM actor WHERE kind = 4 AND deleted_at IS NULL),
	(SELECT count(*) FROM actor WHERE kind = 0 AND deleted_at IS NULL),
	(SELECT count(*) FROM object WHERE local = 1 AND deleted_at IS NULL),
	(SELECT count(*) FROM object WHERE local = 0 AND deleted_at IS NULL),
	(SELECT count(*) FROM follow AS f JOIN actor AS e
		ON e.id = f.followee_id WHERE f.state = 1 AND e.kind <> 0),
	(SELECT count(*) FROM follow
		WHERE state = 1 AND follower_host IS NULL);

CREATE TRIGGER actor_came AFTER INSERT ON actor
WHEN NEW.deleted_at IS NULL
BEGIN
	UPDATE figure SET profiles = profiles + (NEW.kind = 3),
		projects = projects + (NEW.kind = 4),
		remote_actors = remote_actors + (NEW.kind = 0);
END;
CREATE TRIGGER actor_went AFTER UPDATE OF deleted_at ON actor
WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL
BEGIN
	UPDATE figure SET profiles = profiles - (NEW.kind = 3),
		projects = projects - (NEW.kind = 4),
		remote_actors = remote_actors - (NEW.kind = 0);
END;

CREATE TRIGGER object_came AFTER INSERT ON object
WHEN NEW.deleted_at IS NULL
BEGIN
	UPDATE figure SET local_objects = local_objects + NEW.local,
		remote_objects = remote_objects + 1 - NEW.local;
END;
CREATE TRIGGER object_went AFTER UPDATE OF deleted_at ON object
WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL
BEGIN
	UPDATE figure SET local_objects = local_objects - NEW.local,
		remote_objects = remote_objects - 1 + NEW.local;
END;

CREATE TRIGGER follow_came AFTER INSERT ON follow
WHEN NEW.state = 1
BEGIN
	UPDATE figure SET following = following + (NEW.follower_host IS NULL),
		followers = followers + ((SELECT kind FROM actor
			WHERE id = NEW.followee_id) <> 0);
END;
CREATE TRIGGER follow_decided AFTER UPDATE OF state ON follow
WHEN (OLD.state = 1) <> (NEW.state = 1)
BEGIN
	UPDATE figure SET following = following
		+ iif(NEW.state = 1, 1, -1) * (NEW.follower_host IS NULL),
		followers = followers
		+ iif(NEW.state = 1, 1, -1) * ((SELECT kind FROM actor
			WHERE id = NEW.followee_id) <> 0);
END;
CREATE TRIGGER follow_went AFTER DELETE ON follow
WHEN OLD.state = 1
BEGIN
	UPDATE figure SET following = following - (OLD.follower_host IS NULL),
		followers = followers - ((SELECT kind FROM actor
			WHERE id = OLD.followee_id) <> 0);
END;
