-- The names of those whom a user follows, as one array, in the order of their registration; no
-- row when nobody has this name, an empty array when nobody is followed.
-- Asked by GET /fllws/{username} of the API; the key of followers serves it.
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
