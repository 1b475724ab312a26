CREATE TABLE facts (
    seq {{serial}},
    tx BIGINT NOT NULL,
    workspace_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    person_id BYTEA,
    conversation_id BYTEA,
    thing_id BYTEA,
    at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX facts_order ON facts (tx, seq);
CREATE INDEX facts_person ON facts (workspace_id, person_id, at) WHERE person_id IS NOT NULL;
CREATE INDEX facts_conversation ON facts (workspace_id, conversation_id, seq) WHERE conversation_id IS NOT NULL;

CREATE TABLE cursors (name TEXT PRIMARY KEY, tx BIGINT NOT NULL, seq BIGINT NOT NULL);

CREATE TABLE facts_set_aside (
    workspace_id BYTEA NOT NULL,
    reactor TEXT NOT NULL,
    tx BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, reactor, tx, seq)
);

CREATE TABLE jobs (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    dedupe_key TEXT,
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- the node that holds the lease of a running job
    holder TEXT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE state <> 'dead';
CREATE INDEX jobs_key ON jobs (workspace_id, dedupe_key) WHERE dedupe_key IS NOT NULL;

CREATE TABLE workspaces (
    id BYTEA PRIMARY KEY,
    name TEXT NOT NULL,
    locale TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    send_undo_seconds BIGINT NOT NULL,
    -- 32 random bytes: reply tokens, signed links.
    secret BYTEA NOT NULL,
    next_number BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
