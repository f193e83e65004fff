-- One user follows another no longer, who may not have been followed at all; returns whether
-- both names are known. Asked by the site's unfollow button and POST /fllws/{username} of the API.
-- The number of a simulator's call is stored with it; NULL stores none.
--
-- Budget: 40 buffers.
-- Profiles:
--   SELECT 'followed' AS profile, 'bob' AS who, 'alice' AS whom, 42 AS latest
--   UNION ALL SELECT 'not followed', 'charlie', 'alice', 42
--   UNION ALL SELECT 'unknown', 'bob', 'nobody', 42
--   UNION ALL SELECT r.name, r.username, 'user 202', 42 FROM seed.readers AS r
--   WHERE r.name = 'old, follows 10000 active'
\set who bob
\set whom alice
\set latest NULL

WITH /* followers/unfollow */ pair AS (
    SELECT
        a.user_id AS who_id,
        b.user_id AS whom_id
    FROM users AS a
    CROSS JOIN users AS b
    CROSS JOIN setval('simulator_latest', :latest::bigint)
    WHERE a.username = :'who' AND b.username = :'whom'
),

unfollowed AS (
    DELETE FROM followers AS f
    USING pair AS p
    WHERE f.who_id = p.who_id AND f.whom_id = p.whom_id
)

SELECT EXISTS (SELECT 1 FROM pair) AS known;
