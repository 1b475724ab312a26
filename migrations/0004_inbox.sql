CREATE TABLE channels (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- the part of the address that the public sees: chat and form
    public_key TEXT NOT NULL,
    team_id BYTEA,
    enabled BIGINT NOT NULL,
    config TEXT NOT NULL,
    -- sealed with the machine's key
    secrets BYTEA,
    health TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX channels_key ON channels (public_key);

CREATE TABLE channel_addresses (
    workspace_id BYTEA NOT NULL,
    address TEXT NOT NULL,
    channel_id BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, address)
);

-- How far a channel has read its source.
CREATE TABLE channel_cursors (
    workspace_id BYTEA NOT NULL,
    channel_id BYTEA NOT NULL,
    mailbox TEXT NOT NULL,
    uid_validity BIGINT NOT NULL,
    last_uid BIGINT NOT NULL,
    rescan_below BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, channel_id, mailbox)
);

-- Every inbound item, raw, before it is understood. state: pending, done, quarantined, released, discarded.
CREATE TABLE inbound (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    channel_id BYTEA NOT NULL,
    dedupe_key TEXT NOT NULL,
    blob TEXT NOT NULL,
    size BIGINT NOT NULL,
    envelope TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    sender TEXT,
    subject TEXT,
    attempts BIGINT NOT NULL,
    conversation_id BYTEA,
    message_id BYTEA,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX inbound_once ON inbound (workspace_id, channel_id, dedupe_key);
CREATE INDEX inbound_quarantine ON inbound (workspace_id, state, id) WHERE state <> 'done';
CREATE INDEX inbound_sender ON inbound (workspace_id, sender, received_at);

CREATE TABLE conversations (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    number BIGINT NOT NULL,
    channel_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    subject TEXT NOT NULL,
    preview TEXT NOT NULL,
    status TEXT NOT NULL,
    priority BIGINT NOT NULL,
    assignee_id BYTEA,
    team_id BYTEA,
    message_count BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    last_out_seq BIGINT NOT NULL,
    last_message_kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_message_at BIGINT NOT NULL,
    waiting_since BIGINT,
    snoozed_until BIGINT,
    snoozed_until_reply BIGINT NOT NULL,
    woken BIGINT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX conversations_number ON conversations (workspace_id, number);
CREATE INDEX conversations_newest ON conversations (workspace_id, last_message_at, id);
CREATE INDEX conversations_status ON conversations (workspace_id, status, last_message_at, id);
CREATE INDEX conversations_assignee ON conversations (workspace_id, assignee_id, status, last_message_at, id);
CREATE INDEX conversations_team ON conversations (workspace_id, team_id, status, last_message_at, id);
CREATE INDEX conversations_waiting ON conversations (workspace_id, waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX conversations_person ON conversations (workspace_id, person_id, last_message_at);

CREATE TABLE messages (
    workspace_id BYTEA NOT NULL,
    conversation_id BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    author TEXT NOT NULL,
    author_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    channel_id BYTEA,
    subject TEXT,
    text TEXT NOT NULL,
    quoted TEXT,
    -- blob of the sanitised page; null for plain text
    html_blob TEXT,
    html_height BIGINT,
    remote_images BIGINT NOT NULL,
    recipients TEXT NOT NULL,
    external_id TEXT,
    client_id BYTEA,
    match_rule TEXT,
    match_detail TEXT,
    automatic BIGINT NOT NULL,
    sender_verified BIGINT,
    mentions TEXT NOT NULL,
    event TEXT,
    inbound_id BYTEA,
    held_until BIGINT,
    undone_at BIGINT,
    PRIMARY KEY (workspace_id, conversation_id, seq)
);
CREATE UNIQUE INDEX messages_id ON messages (workspace_id, id);
CREATE UNIQUE INDEX messages_client ON messages (workspace_id, client_id) WHERE client_id IS NOT NULL;

-- Which conversation every Message-ID we ever saw (or were told of as an ancestor) belongs to, per channel.
CREATE TABLE message_references (
    workspace_id BYTEA NOT NULL,
    channel_id BYTEA NOT NULL,
    reference TEXT NOT NULL,
    conversation_id BYTEA NOT NULL,
    message_id BYTEA,
    PRIMARY KEY (workspace_id, channel_id, reference, conversation_id)
);

CREATE TABLE attachments (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    message_id BYTEA,
    uploader TEXT NOT NULL,
    blob TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    content_id TEXT,
    inline BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX attachments_message ON attachments (workspace_id, message_id) WHERE message_id IS NOT NULL;

CREATE TABLE participants (
    workspace_id BYTEA NOT NULL,
    conversation_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    -- requester, cc, via
    role TEXT NOT NULL,
    address TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, person_id, address)
);

CREATE TABLE conversation_links (
    workspace_id BYTEA NOT NULL,
    conversation_id BYTEA NOT NULL,
    other_id BYTEA NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, other_id)
);

CREATE TABLE tags (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX tags_name ON tags (workspace_id, name);

CREATE TABLE conversation_tags (
    workspace_id BYTEA NOT NULL,
    conversation_id BYTEA NOT NULL,
    tag_id BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, tag_id)
);
CREATE INDEX conversation_tags_tag ON conversation_tags (workspace_id, tag_id);

CREATE TABLE mentions (
    workspace_id BYTEA NOT NULL,
    user_id BYTEA NOT NULL,
    conversation_id BYTEA NOT NULL,
    message_id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    -- closed by reading
    open BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, user_id, message_id)
);
CREATE INDEX mentions_open ON mentions (workspace_id, user_id, conversation_id) WHERE open = 1;

CREATE TABLE conversation_reads (
    workspace_id BYTEA NOT NULL,
    user_id BYTEA NOT NULL,
    conversation_id BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, user_id, conversation_id)
);

CREATE TABLE drafts (
    workspace_id BYTEA NOT NULL,
    conversation_id BYTEA NOT NULL,
    user_id BYTEA NOT NULL,
    mode TEXT NOT NULL,
    text TEXT NOT NULL,
    attachments TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, user_id)
);

-- The send ledger: one row per message and recipient, written before the wire.
CREATE TABLE deliveries (
    workspace_id BYTEA NOT NULL,
    message_id BYTEA NOT NULL,
    address TEXT NOT NULL,
    id BYTEA NOT NULL,
    conversation_id BYTEA NOT NULL,
    channel_id BYTEA NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    attempts BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, message_id, address)
);

-- Automatic mails sent, for the breaker.
CREATE TABLE automatic_sends (
    workspace_id BYTEA NOT NULL,
    address TEXT NOT NULL,
    at BIGINT NOT NULL,
    conversation_id BYTEA NOT NULL
);
CREATE INDEX automatic_sends_address ON automatic_sends (workspace_id, address, at);

-- How many conversations each bucket holds, spread over shards so that writers do not wait for each other.
CREATE TABLE view_counts (
    workspace_id BYTEA NOT NULL,
    bucket TEXT NOT NULL,
    shard BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, bucket, shard)
);

-- A bulk act with what it changed, so that it can be undone as one.
CREATE TABLE batches (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    user_id BYTEA,
    act TEXT NOT NULL,
    before_states TEXT NOT NULL,
    at BIGINT NOT NULL,
    undone_at BIGINT,
    PRIMARY KEY (workspace_id, id)
);

CREATE TABLE visitors (
    workspace_id BYTEA NOT NULL,
    id BYTEA NOT NULL,
    channel_id BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    conversation_id BYTEA,
    locale TEXT NOT NULL,
    page TEXT,
    email_claim TEXT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX visitors_token ON visitors (token_hash);
CREATE INDEX visitors_conversation ON visitors (workspace_id, conversation_id) WHERE conversation_id IS NOT NULL;
