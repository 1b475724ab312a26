-- How a workspace's plan is applied, and the number of its last change.
CREATE TABLE tracking_plans (
    workspace_id BYTEA NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    -- observe, warn, set_aside
    mode TEXT NOT NULL,
    -- of events that are not in the plan: allow, observe, warn, set_aside
    unplanned TEXT NOT NULL
);

CREATE TABLE planned_events (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    -- track, identify, group
    kind TEXT NOT NULL,
    -- of a track: the event; empty otherwise
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- planned, live, retired
    status TEXT NOT NULL,
    -- NULL = the plan's
    mode TEXT,
    -- JSON Schema of the properties, or of the traits
    schema TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX planned_events_name ON planned_events (workspace_id, kind, name);

-- A call that the plan set aside waits here whole, until it is worked after all.
ALTER TABLE refused_calls ADD COLUMN waiting BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refused_calls ADD COLUMN kind TEXT;
ALTER TABLE refused_calls ADD COLUMN event TEXT;
ALTER TABLE refused_calls ADD COLUMN violations TEXT;
-- the call as it was understood
ALTER TABLE refused_calls ADD COLUMN call TEXT;
ALTER TABLE refused_calls ADD COLUMN worked_at BIGINT;
-- of a call that waits: its id stays known as long
ALTER TABLE refused_calls ADD COLUMN message_id TEXT;
CREATE INDEX refused_calls_ids ON refused_calls (workspace_id, key_id, message_id) WHERE waiting = 1;
CREATE INDEX refused_calls_age ON refused_calls (received_at) WHERE waiting = 0 AND (body <> '' OR call IS NOT NULL);
CREATE INDEX refused_calls_waiting ON refused_calls (workspace_id, kind, event, received_at, id) WHERE waiting = 1;

-- Per day, what came and what was wrong with it. Several writers count beside one another, each in its shard.
CREATE TABLE quality_counts (
    workspace_id BYTEA NOT NULL,
    -- days since 1970-01-01 in the workspace's time zone
    day BIGINT NOT NULL,
    measure TEXT NOT NULL,
    subject TEXT NOT NULL,
    property TEXT NOT NULL,
    rule TEXT NOT NULL,
    shard BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, day, measure, subject, property, rule, shard)
);

-- The first few calls behind each number of a day.
CREATE TABLE quality_samples (
    workspace_id BYTEA NOT NULL,
    day BIGINT NOT NULL,
    measure TEXT NOT NULL,
    subject TEXT NOT NULL,
    property TEXT NOT NULL,
    rule TEXT NOT NULL,
    id BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    person_id BYTEA,
    call TEXT NOT NULL,
    PRIMARY KEY (workspace_id, measure, subject, property, rule, day, id)
);
CREATE INDEX quality_counts_age ON quality_counts (day);
CREATE INDEX quality_samples_age ON quality_samples (day);
