-- Opens a session for a user who has just signed in, in the place of the one that their browser
-- had, if any, and sweeps away up to a hundred that have expired: as many go as come, without a
-- job of its own. Asked by POST /login of the site.
--
-- Budget: 30 buffers, 800 in all.
-- Profiles:
--   SELECT p.profile, '\x00'::bytea AS token_hash, 1 AS user_id, 30 AS days, sha256(p.token::bytea) AS old_token_hash
--   FROM (VALUES ('new', NULL), ('again', '59')) AS p (profile, token)
\set token_hash '\\x00'
\set user_id 1
\set days 30
\set old_token_hash '\\x01'

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
),

replaced AS (
    DELETE FROM sessions AS s
    WHERE s.token_hash = :'old_token_hash'
)

INSERT INTO sessions (token_hash, user_id, expires_at)
VALUES (:'token_hash', :user_id, now() + make_interval(days => :days));
