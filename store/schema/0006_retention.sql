-- Posts of others by age, so that old ones are forgotten.
CREATE INDEX object_received ON object (received_at)
	WHERE local = 0 AND deleted_at IS NULL;
