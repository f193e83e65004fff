-- Takes a message out of every timeline and out of its author's count; true when it was shown
-- before, no row otherwise. Asked by a moderator: python -m db run messages/hide message_id=….
\set message_id 1

UPDATE /* messages/hide */ messages AS m
SET hidden = true
WHERE m.message_id = :message_id AND NOT m.hidden
RETURNING true AS done;
