CREATE TABLE persons (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    name TEXT,
    locale TEXT,
    traits TEXT NOT NULL,
    -- folded words of the name and the identities, each after a space
    search TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT,
    merged_into BYTEA,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX persons_merged ON persons (workspace_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX persons_created ON persons (workspace_id, created_at);

-- kind: email, phone, visitor, external. value is normalised, display is as it was written.
CREATE TABLE identities (
    workspace_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    person_id BYTEA NOT NULL,
    display TEXT NOT NULL,
    verified BIGINT NOT NULL,
    -- 1 when the value leads to this person; a mere claim never does
    leads BIGINT NOT NULL,
    source TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, kind, value, person_id)
);
-- A value leads to one person; claims of the same value may stand beside it.
CREATE UNIQUE INDEX identities_leading ON identities (workspace_id, kind, value) WHERE leads = 1;
CREATE INDEX identities_person ON identities (workspace_id, person_id);

-- The append-only reasons why persons are one.
CREATE TABLE person_edges (
    workspace_id BYTEA NOT NULL,
    seq {{serial}},
    survivor_id BYTEA NOT NULL,
    merged_id BYTEA NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX person_edges_person ON person_edges (workspace_id, survivor_id);
