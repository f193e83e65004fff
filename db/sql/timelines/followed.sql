-- The newest messages of a reader and of those the reader follows, older than a given one: a page
-- of the home timeline. Asked by / on the site.
--
-- The textbook form, author_id IN (…) ORDER BY …, reads every message of the site for a reader
-- whose followees are silent. Here each reader gets the way that is short for them:
--   recent   who follows at least 50: the newest 5,000 messages of all in messages_shown_in_order,
--            which holds the author, of which those of followees are kept. It stops when the page is
--            full, and when there are fewer than 5,000 it has seen everything.
--   able     who follows fewer, or has silent followees: the newest of each who can be on the page,
--            from messages_shown_by_author. Up to 140 are asked one by one. Of more, newest_messages
--            tells the few who can: those whose newest message is among the 30 newest, or newer than
--            this page. It is read as a whole; behind the first page it pays from 330 on.
-- The wide rows are fetched last, for the 30 that are shown. What looks roundabout (IN behind an OR,
-- comparisons of rows, scalar subqueries) holds the plan: no other is possible, for any values.
--
-- Budget: 1,000 buffers.
-- Scans: newest_messages.
-- Profiles:
--   SELECT
--       r.name || ', ' || p.page AS profile, r.user_id, p.before, 30 AS "limit",
--       CASE
--           WHEN p.page <> 'first' AND (NOT r.active OR p.page = 'oldest') -- nobody they follow wrote there
--               THEN greatest(1000, 6 * r.follows)
--       END AS budget
--   FROM seed.readers AS r CROSS JOIN seed.pages AS p
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

crowd AS MATERIALIZED (
    SELECT
        count(*) > 50 AS large,
        count(*) > CASE WHEN :before = 9223372036854775807 THEN 140 ELSE 330 END AS huge
    FROM authors AS a
),

recent AS MATERIALIZED (
    SELECT w.message_id
    FROM (
        SELECT
            m.message_id,
            m.author_id
        FROM messages AS m
        WHERE NOT m.hidden AND m.message_id < :before AND (SELECT c.large FROM crowd AS c)
        ORDER BY m.message_id DESC
        LIMIT 5000
    ) AS w
    WHERE w.author_id = :user_id OR w.author_id IN (SELECT a.author_id FROM authors AS a)
    ORDER BY w.message_id DESC
    LIMIT :limit
),

found AS MATERIALIZED (
    SELECT
        c.huge,
        c.large AND CASE
            WHEN (SELECT count(*) FROM recent AS r) = :limit THEN true
            ELSE (
                SELECT count(*) < 5000
                FROM (
                    SELECT m.message_id
                    FROM messages AS m
                    WHERE NOT m.hidden AND m.message_id < :before
                    ORDER BY m.message_id DESC
                    LIMIT 5000
                ) AS w
            )
        END AS everything
    FROM crowd AS c
),

newest AS MATERIALIZED (
    SELECT
        n.author_id,
        n.message_id
    FROM newest_messages AS n
    WHERE
        (SELECT f.huge AND NOT f.everything FROM found AS f)
        AND (n.author_id = :user_id OR n.author_id IN (SELECT a.author_id FROM authors AS a))
),

able AS (
    SELECT a.author_id
    FROM authors AS a
    WHERE (SELECT NOT f.huge AND NOT f.everything FROM found AS f)
    UNION ALL
    SELECT n.author_id
    FROM newest AS n
    WHERE n.message_id >= :before
    UNION ALL
    (
        SELECT n.author_id
        FROM newest AS n
        WHERE n.message_id < :before
        ORDER BY n.message_id DESC
        LIMIT :limit
    )
),

page AS (
    SELECT r.message_id
    FROM recent AS r
    UNION
    SELECT d.message_id
    FROM able AS a
    INNER JOIN LATERAL (
        SELECT m.message_id
        FROM messages AS m
        WHERE
            NOT m.hidden
            AND m.author_id >= a.author_id
            AND (m.author_id, m.message_id) < (a.author_id, :before::bigint)
        ORDER BY m.author_id DESC, m.message_id DESC
        LIMIT :limit
    ) AS d ON true
    ORDER BY message_id DESC
    LIMIT :limit
)

SELECT
    m.message_id,
    (SELECT u.username FROM users AS u WHERE u.user_id = m.author_id) AS author,
    m.content,
    m.published_at
FROM page AS p
INNER JOIN LATERAL (
    SELECT
        n.message_id,
        n.author_id,
        n.content,
        n.published_at
    FROM messages AS n
    WHERE n.message_id = p.message_id
    LIMIT 1 -- a message is there once -- noqa: AM09
) AS m ON true
ORDER BY m.message_id DESC;
