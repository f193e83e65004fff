-- Opens a session for a user who has just signed in, and sweeps away up to a hundred that have
-- expired: as many go as come, without a job of its own. Asked by POST /login of the site.
--
-- Budget: 30 buffers, 800 in all.
-- Profiles:
--   SELECT 'new' AS profile, '\x00'::bytea AS token_hash, 1 AS user_id, 30 AS days
\set token_hash '\\x00'
\set user_id 1
\set days 30

WITH /* sessions/open */ expired AS (
    SELECT s.token_hash
    FROM sessions AS s
    WHERE s.expires_at < now()
    ORDER BY s.expires_at
    LIMIT 100
    FOR UPDATE SKIP LOCKED
),

swept AS (
    DELETE FROM sessions AS s
    WHERE s.token_hash = ANY(ARRAY(SELECT e.token_hash FROM expired AS e))
)

INSERT INTO sessions (token_hash, user_id, expires_at)
VALUES (:'token_hash', :user_id, now() + make_interval(days => :days));
