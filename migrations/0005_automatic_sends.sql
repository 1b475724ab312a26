-- What made us send it: the address of a form's sender, shortened; null for a mail.
ALTER TABLE automatic_sends ADD COLUMN source TEXT;
ALTER TABLE automatic_sends ADD COLUMN message_id BYTEA;
CREATE INDEX automatic_sends_source ON automatic_sends (workspace_id, source, at) WHERE source IS NOT NULL;
CREATE INDEX automatic_sends_at ON automatic_sends (workspace_id, at);
