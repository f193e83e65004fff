-- Brings a hidden message back to where it stood; true when it was hidden before, no row
-- otherwise. Asked by a moderator: psql -v message_id=… -f this file.
\set message_id 1

UPDATE /* messages/unhide */ messages AS m
SET hidden = false
WHERE m.message_id = :message_id AND m.hidden
RETURNING true AS done;
