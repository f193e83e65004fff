-- The newest messages of a reader and of those the reader follows, older than a given one: a page
-- of the home timeline. Asked by / on the site.
--
-- Two ways, each good where the other is bad, each bounded:
--   recent   walks the newest 5,000 messages in the index messages_shown_newest_first, which holds
--            the author, and keeps those of followees; it stops as soon as the page is full.
--   deeper   only when that was not enough: the newest of each followee by
--            messages_shown_by_author.
-- The 30 wide rows are fetched last. The textbook form, author_id IN (…) ORDER BY …, reads every
-- message of the site for a reader whose followees are silent.
\set user_id 1
\set before 9223372036854775807
\set limit 30

WITH /* timelines/followed */ authors AS MATERIALIZED (
    SELECT f.whom_id AS author_id
    FROM followers AS f
    WHERE f.who_id = :user_id
    UNION
    SELECT :user_id::bigint
),

recent AS MATERIALIZED (
    SELECT w.message_id
    FROM (
        SELECT
            m.message_id,
            m.author_id
        FROM messages AS m
        WHERE NOT m.hidden AND m.message_id < :before
        ORDER BY m.message_id DESC
        LIMIT 5000
    ) AS w
    WHERE w.author_id = :user_id OR w.author_id IN (SELECT a.author_id FROM authors AS a)
    ORDER BY w.message_id DESC
    LIMIT :limit
),

deeper AS (
    SELECT d.message_id
    FROM authors AS a
    CROSS JOIN LATERAL (
        SELECT m.message_id
        FROM messages AS m
        WHERE m.author_id = a.author_id AND NOT m.hidden AND m.message_id < :before
        ORDER BY m.message_id DESC
        LIMIT :limit
    ) AS d
    WHERE (SELECT count(*) FROM recent AS r) < :limit
    ORDER BY d.message_id DESC
    LIMIT :limit
),

page AS (
    SELECT r.message_id FROM recent AS r
    UNION
    SELECT d.message_id FROM deeper AS d
    ORDER BY message_id DESC
    LIMIT :limit
)

SELECT
    m.message_id,
    (SELECT u.username FROM users AS u WHERE u.user_id = m.author_id) AS author,
    m.content,
    m.published_at
FROM page AS p
CROSS JOIN LATERAL (
    SELECT
        n.message_id,
        n.author_id,
        n.content,
        n.published_at
    FROM messages AS n
    WHERE n.message_id = p.message_id
    LIMIT 1
) AS m
ORDER BY m.message_id DESC;
