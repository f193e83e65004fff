-- The newest messages of one author, older than a given one. An author who wrote none comes
-- back as one row of NULLs, a name that nobody has as no row: one statement tells the three apart.
-- Asked by the profile page and GET /msgs/{username} of the API; served by
-- messages_shown_by_author.
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
    WHERE p.author_id = u.user_id AND NOT p.hidden AND p.message_id < :before
    ORDER BY p.message_id DESC
    LIMIT :limit
) AS m ON true
WHERE u.username = :'username'
ORDER BY m.message_id DESC;
