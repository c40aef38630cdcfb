-- When a host was last asked for its software (NodeInfo), and the tasks that
-- one actor gave rise to.

ALTER TABLE host ADD COLUMN software_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX task_actor ON task (actor_id, next_at);
