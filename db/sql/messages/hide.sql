-- Takes a message out of every timeline and out of its author's count; true when it was shown
-- before, no row otherwise. Asked by a moderator: python -m db run messages/hide message_id=….
--
-- Budget: 80 buffers.
-- Profiles:
--   SELECT
--       a.name AS profile,
--       (SELECT max(m.message_id) FROM messages AS m WHERE m.author_id = a.user_id AND NOT m.hidden) AS message_id
--   FROM seed.authors AS a WHERE a.name IN ('busiest', 'busy')
--   UNION ALL SELECT 'hidden already', 97
--   UNION ALL SELECT 'unknown', 0
\set message_id 1

UPDATE /* messages/hide */ messages AS m
SET hidden = true
WHERE m.message_id = :message_id AND NOT m.hidden
RETURNING true AS done;
