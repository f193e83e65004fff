-- Brings a hidden message back to where it stood; true when it was hidden before, no row
-- otherwise. Asked by a moderator: python -m db run messages/unhide message_id=….
--
-- Budget: 80 buffers.
-- Profiles:
--   SELECT 'newest' AS profile, max(m.message_id) AS message_id FROM messages AS m WHERE m.hidden
--   UNION ALL SELECT 'oldest', min(m.message_id) FROM messages AS m WHERE m.hidden
--   UNION ALL SELECT 'shown already', 1
--   UNION ALL SELECT 'unknown', 0
\set message_id 1

UPDATE /* messages/unhide */ messages AS m
SET hidden = false
WHERE m.message_id = :message_id AND m.hidden
RETURNING true AS done;
