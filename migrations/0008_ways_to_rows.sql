-- What was found only by looking through all rows of a workspace.
CREATE INDEX message_references_any ON message_references (workspace_id, reference);
CREATE INDEX participants_person ON participants (workspace_id, person_id);
CREATE INDEX deliveries_conversation ON deliveries (workspace_id, conversation_id);
CREATE INDEX visitors_person ON visitors (workspace_id, person_id);
