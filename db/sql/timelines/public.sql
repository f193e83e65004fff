-- The newest messages of everyone, older than a given one: a page of the public timeline.
-- Asked by /public on the site and GET /msgs of the API. The first page asks for what is older
-- than the greatest bigint, so that the first page and page 10,000 are the same index scan of
-- messages_shown_in_order. The author is looked up by a scalar subquery on purpose: a join
-- could turn into a scan of all users under a generic plan, this cannot.
--
-- Budget: 120 buffers.
-- Profiles:
--   SELECT p.page AS profile, p.before, 30 AS "limit"
--   FROM seed.pages AS p
\set before 9223372036854775807
\set limit 30

SELECT /* timelines/public */
    m.message_id,
    (SELECT u.username FROM users AS u WHERE u.user_id = m.author_id) AS author,
    m.content,
    m.published_at
FROM messages AS m
WHERE NOT m.hidden AND m.message_id < :before
ORDER BY m.message_id DESC
LIMIT :limit;
