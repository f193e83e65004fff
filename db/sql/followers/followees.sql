-- Those whom a user follows, the newest registered first, registered before a given one: a page of the
-- list. A user who follows nobody comes back as one row of NULLs, a name that nobody has as no row.
-- Asked by /{username}/following on the site.
--
-- As followers/followers, the other way round: here the key of followers has the order.
--
-- NULL: user_id, username.
-- Budget: 220 buffers.
-- Profiles:
--   SELECT r.name || ', ' || p.page AS profile, r.username, p.before, 51 AS "limit"
--   FROM seed.readers AS r
--   CROSS JOIN (VALUES ('first', 9223372036854775807), ('middle', 25000), ('last', 20060)) AS p (page, before)
\set username bob
\set before 9223372036854775807
\set limit 51

SELECT /* followers/followees */
    f.whom_id AS user_id,
    (SELECT b.username FROM users AS b WHERE b.user_id = f.whom_id) AS username
FROM users AS a
LEFT JOIN LATERAL (
    SELECT e.whom_id
    FROM followers AS e
    WHERE
        e.who_id >= a.user_id
        AND (e.who_id, e.whom_id) < (a.user_id, :before::bigint)
    ORDER BY e.who_id DESC, e.whom_id DESC
    LIMIT :limit
) AS f ON true
WHERE a.username = :'username'
ORDER BY f.whom_id DESC;
