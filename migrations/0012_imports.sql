-- Files of people or facts, and how far each has been read. The file itself is a blob; a row is a place in it.
CREATE TABLE imports (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    blob TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- people or facts
    kind TEXT NOT NULL,
    -- JSON: how the bytes are read, and the names of the columns
    format TEXT NOT NULL,
    -- JSON: what each column means
    columns TEXT NOT NULL,
    -- the name of every fact, when no column has it
    event TEXT,
    -- ready, checking, running, paused, cancelled, done
    state TEXT NOT NULL,
    -- the first byte, line and row not yet worked
    place BIGINT NOT NULL,
    line BIGINT NOT NULL,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    wrong BIGINT NOT NULL,
    -- why the program itself paused it: a code of the table of errors
    reason TEXT,
    -- JSON: what the last dry run found, or how far it is
    dry_run TEXT,
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    PRIMARY KEY (workspace_id, id)
);

-- Rows that could not be worked: where they stand in the file, and why.
CREATE TABLE import_errors (
    workspace_id BYTEA NOT NULL,
    import_id BYTEA NOT NULL,
    place BIGINT NOT NULL,
    length BIGINT NOT NULL,
    line BIGINT NOT NULL,
    code TEXT NOT NULL,
    -- the name of the column it is about
    field TEXT,
    PRIMARY KEY (workspace_id, import_id, place)
);

-- The message ids of imported facts, for ever: the same file a year later adds nothing.
CREATE TABLE imported_facts (
    workspace_id BYTEA NOT NULL,
    message_id TEXT NOT NULL,
    import_id BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, message_id)
);
