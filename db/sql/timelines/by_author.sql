-- The newest messages of one author, older than a given one. An author who wrote none comes
-- back as one row of NULLs, a name that nobody has as no row: one statement tells the three apart.
-- Asked by the profile page and GET /msgs/{username} of the API.
--
-- The two comparisons say author_id = user_id AND message_id < before in a way, and in an order,
-- that only messages_shown_by_author can serve. Said plainly, a planner that takes the author for a
-- busy one walks all messages backwards instead, and never ends when the author fell silent.
--
-- Budget: 60 buffers.
-- NULL: message_id, content, published_at.
-- Profiles:
--   SELECT a.name || ', ' || p.page AS profile, a.username, p.before, 30 AS "limit"
--   FROM seed.authors AS a CROSS JOIN seed.pages AS p
\set username alice
\set before 9223372036854775807
\set limit 30

SELECT /* timelines/by_author */
    m.message_id,
    u.username AS author,
    m.content,
    m.published_at
FROM users AS u
LEFT JOIN LATERAL (
    SELECT
        p.message_id,
        p.content,
        p.published_at
    FROM messages AS p
    WHERE
        NOT p.hidden
        AND p.author_id >= u.user_id
        AND (p.author_id, p.message_id) < (u.user_id, :before::bigint)
    ORDER BY p.author_id DESC, p.message_id DESC
    LIMIT :limit
) AS m ON true
WHERE u.username = :'username'
ORDER BY m.message_id DESC;
