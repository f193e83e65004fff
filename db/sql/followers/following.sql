-- The names of those whom a user follows, as one array, in the order of their registration; no
-- row when nobody has this name, an empty array when nobody is followed.
-- Asked by GET /fllws/{username} of the API; the key of followers serves it.
--
-- Budget: 350 buffers.
-- Profiles:
--   SELECT r.name AS profile, r.username, 100 AS "limit" FROM seed.readers AS r
--   UNION ALL SELECT 'nobody followed', 'charlie', 100
--   UNION ALL SELECT 'unknown', 'nobody', 100
\set username bob
\set limit 100

SELECT /* followers/following */
    ARRAY(
        SELECT (SELECT b.username FROM users AS b WHERE b.user_id = f.whom_id)
        FROM followers AS f
        WHERE f.who_id = a.user_id
        ORDER BY f.whom_id
        LIMIT :limit
    ) AS usernames
FROM users AS a
WHERE a.username = :'username';
