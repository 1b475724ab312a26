CREATE TABLE users (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    locale TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    availability TEXT NOT NULL,
    password_hash TEXT,
    -- theme, density, single_keys, signature
    preferences TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (workspace_id, id)
);
-- An address signs in to one workspace.
CREATE UNIQUE INDEX users_email ON users (email);

CREATE TABLE teams (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    private BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX teams_name ON teams (workspace_id, name);

CREATE TABLE team_members (
    workspace_id BYTEA NOT NULL,
    team_id BYTEA NOT NULL,
    user_id BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, team_id, user_id)
);
CREATE INDEX team_members_user ON team_members (workspace_id, user_id);

CREATE TABLE sessions (
    token_hash BYTEA PRIMARY KEY,
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    user_id BYTEA NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (workspace_id, user_id);

CREATE TABLE api_keys (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    key_hash BYTEA NOT NULL,
    prefix TEXT NOT NULL,
    -- space-separated: read write admin operator; a write key of the intake has only: intake
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (key_hash);

CREATE TABLE audit (
    seq {{serial}},
    workspace_id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT,
    target_id BYTEA,
    target_name TEXT,
    before_value TEXT,
    after_value TEXT,
    ip TEXT
);
CREATE INDEX audit_workspace ON audit (workspace_id, seq);

CREATE TABLE idempotency (
    workspace_id BYTEA NOT NULL,
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    -- null while the first request is being worked on
    status BIGINT,
    body TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, caller, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);
