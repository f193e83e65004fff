-- The names of those whom a user follows, as one array, in the order of their registration; no
-- row when nobody has this name, an empty array when nobody is followed.
-- Asked by GET /fllws/{username} of the API. The two comparisons say who_id = user_id in the order of
-- the key of followers, as in followers/followees: said plainly, a planner that knows the number may
-- read and sort all whom somebody follows, to return a hundred.
--
-- Budget: 3,100 buffers.
-- Profiles:
--   SELECT r.name || ', ' || l.no || ' names' AS profile, r.username, l.no AS "limit"
--   FROM seed.readers AS r
--   CROSS JOIN (VALUES (100), (1000)) AS l (no)
--   UNION ALL SELECT 'nobody followed', 'charlie', 100
--   UNION ALL SELECT 'unknown', 'nobody', 100
\set username bob
\set limit 100

SELECT /* followers/following */
    ARRAY(
        SELECT (SELECT b.username FROM users AS b WHERE b.user_id = f.whom_id)
        FROM followers AS f
        WHERE f.who_id <= a.user_id AND (f.who_id, f.whom_id) > (a.user_id, 0)
        ORDER BY f.who_id, f.whom_id
        LIMIT :limit
    ) AS usernames
FROM users AS a
WHERE a.username = :'username';
