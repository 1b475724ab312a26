-- 1: unwanted. Such a conversation is closed, and counts among the spam alone.
ALTER TABLE conversations ADD COLUMN spam BIGINT NOT NULL DEFAULT 0;
CREATE INDEX conversations_spam ON conversations (workspace_id, spam, last_message_at, id) WHERE spam = 1;

-- Whose messages are spam at once: values in the form identities have.
CREATE TABLE blocked_senders (
    workspace_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    blocked_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, kind, value)
);
