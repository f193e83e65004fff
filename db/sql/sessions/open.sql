-- Opens a session for a user who has just signed in, and sweeps away up to a hundred that have
-- expired: as many go as come, without a job of its own. Asked by POST /login of the site.
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
    USING expired AS e
    WHERE s.token_hash = e.token_hash
)

INSERT INTO sessions (token_hash, user_id, expires_at)
VALUES (:'token_hash', :user_id, now() + make_interval(days => :days));
