-- When the story (the outbox) of an actor elsewhere was last read to its end.
ALTER TABLE actor ADD COLUMN story_at INTEGER NOT NULL DEFAULT 0;
-- What answers one object, in order of time.
CREATE INDEX object_reply ON object (in_reply_to, published)
	WHERE in_reply_to IS NOT NULL;
