-- Brings a hidden message back to where it stood; true when it was hidden before, no row
-- otherwise. Asked by a moderator: python -m db run messages/unhide message_id=….
\set message_id 1

UPDATE /* messages/unhide */ messages AS m
SET hidden = false
WHERE m.message_id = :message_id AND m.hidden
RETURNING true AS done;
