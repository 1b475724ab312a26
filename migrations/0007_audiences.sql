CREATE TABLE audiences (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    condition TEXT NOT NULL,
    live BIGINT NOT NULL,
    members BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

-- Which set of live audiences counts, and how far everybody has been looked at for it: filled_to is the last person,
-- NULL when all were.
CREATE TABLE audience_plans (
    workspace_id BYTEA PRIMARY KEY,
    version BIGINT NOT NULL,
    filled_to BYTEA,
    filled BIGINT NOT NULL
);

-- What is remembered of a person for the live audiences, and when time alone may change an answer.
CREATE TABLE audience_states (
    workspace_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    state TEXT NOT NULL,
    changes_at BIGINT,
    PRIMARY KEY (workspace_id, person_id)
);
CREATE INDEX audience_states_due ON audience_states (workspace_id, changes_at) WHERE changes_at IS NOT NULL;

CREATE TABLE audience_members (
    workspace_id BYTEA NOT NULL,
    audience_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, audience_id, person_id)
);
CREATE INDEX audience_members_person ON audience_members (workspace_id, person_id);
