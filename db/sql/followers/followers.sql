-- Those who follow a user, the newest registered first, registered before a given one: a page of the
-- list. A user whom nobody follows comes back as one row of NULLs, a name that nobody has as no row.
-- Asked by /{username}/followers on the site.
--
-- When somebody was followed is not stored; the order of registration is the order of ids, which
-- followers_by_followee holds. The two comparisons say whom_id = user_id AND who_id < before as in
-- timelines/by_author: only this index has that order, and a page is one short piece of it at any depth.
-- Names are looked up by a scalar subquery, as in timelines/public.
--
-- NULL: user_id, username.
-- Budget: 220 buffers.
-- Profiles:
--   SELECT a.name || ', ' || p.page AS profile, a.username, p.before, 51 AS "limit"
--   FROM seed.authors AS a
--   CROSS JOIN (VALUES ('first', 9223372036854775807), ('middle', 70000), ('last', 40020)) AS p (page, before)
\set username alice
\set before 9223372036854775807
\set limit 51

SELECT /* followers/followers */
    f.who_id AS user_id,
    (SELECT b.username FROM users AS b WHERE b.user_id = f.who_id) AS username
FROM users AS a
LEFT JOIN LATERAL (
    SELECT e.who_id
    FROM followers AS e
    WHERE
        e.whom_id >= a.user_id
        AND (e.whom_id, e.who_id) < (a.user_id, :before::bigint)
    ORDER BY e.whom_id DESC, e.who_id DESC
    LIMIT :limit
) AS f ON true
WHERE a.username = :'username'
ORDER BY f.who_id DESC;
