-- One user follows another, who may be followed already; returns whether both names are known.
-- Asked by the site's follow button and POST /fllws/{username} of the API. Finding both,
-- writing and not writing twice are one statement; following oneself is allowed.
-- The number of a simulator's call is stored with it; NULL stores none.
--
-- Budget: 30 buffers, 60 in all.
-- Profiles:
--   SELECT 'new' AS profile, 'charlie' AS who, 'alice' AS whom, 42 AS latest
--   UNION ALL SELECT 'followed already', 'bob', 'alice', 42
--   UNION ALL SELECT 'unknown', 'bob', 'nobody', 42
--   UNION ALL SELECT r.name, r.username, 'charlie', 42 FROM seed.readers AS r WHERE r.name = 'old, follows 10000 mixed'
\set who bob
\set whom alice
\set latest NULL

WITH /* followers/follow */ pair AS (
    SELECT
        a.user_id AS who_id,
        b.user_id AS whom_id
    FROM users AS a
    CROSS JOIN users AS b
    CROSS JOIN setval('simulator_latest', :latest::bigint)
    WHERE a.username = :'who' AND b.username = :'whom'
),

followed AS (
    INSERT INTO followers (who_id, whom_id)
    SELECT
        p.who_id,
        p.whom_id
    FROM pair AS p
    ON CONFLICT (who_id, whom_id) DO NOTHING
)

SELECT EXISTS (SELECT 1 FROM pair) AS known;
