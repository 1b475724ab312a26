-- A row for every home: the id minted when a value was met first. `merged_into` names the person it belongs to now.
CREATE TABLE persons (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    -- name, locale, traits and search are folded over all homes of the person; kept on the person's own row
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

-- kind: email, phone, visitor, external, anonymous. value is normalised, display is as it was written.
CREATE TABLE identities (
    workspace_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    -- where the value was met first; never changes
    home_id BYTEA NOT NULL,
    -- the person of that home now
    person_id BYTEA NOT NULL,
    display TEXT NOT NULL,
    verified BIGINT NOT NULL,
    -- 1 when the value leads to this person; a mere claim never does
    leads BIGINT NOT NULL,
    source TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, kind, value, home_id)
);
-- A value leads to one person; claims of the same value may stand beside it.
CREATE UNIQUE INDEX identities_leading ON identities (workspace_id, kind, value) WHERE leads = 1;
CREATE INDEX identities_person ON identities (workspace_id, person_id);
CREATE INDEX identities_home ON identities (workspace_id, home_id);

-- Why two homes are one person: the log of which the persons are a function. Nothing is deleted from it.
CREATE TABLE person_edges (
    workspace_id BYTEA NOT NULL,
    seq {{serial}},
    -- the smaller id first
    one_id BYTEA NOT NULL,
    other_id BYTEA NOT NULL,
    -- identify, alias, verified_email, agent, …
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    -- the moment of the earliest call that says so, and its message id
    at BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    -- a colleague said so: limits do not hold it back
    decided BIGINT NOT NULL,
    -- NULL = joined; else the kind of identity whose limit refused it
    refused TEXT,
    retracted_at BIGINT,
    retracted_by TEXT
);
CREATE UNIQUE INDEX person_edges_pair ON person_edges (workspace_id, one_id, other_id, reason);
CREATE INDEX person_edges_other ON person_edges (workspace_id, other_id);

-- The newest value of each trait, by home. `name` and `locale` are traits like the others.
CREATE TABLE person_traits (
    workspace_id BYTEA NOT NULL,
    home_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    at BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    -- 0 = seen in passing (the name on a letter), 1 = said
    weight BIGINT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (workspace_id, home_id, name)
);

-- Every value a trait ever had.
CREATE TABLE trait_history (
    workspace_id BYTEA NOT NULL,
    home_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (workspace_id, home_id, name, at, message_id)
);
