-- The message ids of calls, for as long as somebody may send them again.
CREATE TABLE collected (
    workspace_id BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    message_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, key_id, message_id)
);
CREATE INDEX collected_age ON collected (received_at);

-- Calls that could not be worked, as they came.
CREATE TABLE refused_calls (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX refused_calls_newest ON refused_calls (workspace_id, received_at, id);
