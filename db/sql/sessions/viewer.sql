-- The user who is signed in by this session; no row when it was closed or has expired.
-- Asked by every request to the site that carries a session cookie.
--
-- Budget: 20 buffers.
-- Profiles:
--   SELECT p.profile, sha256(p.token::bytea) AS token_hash
--   FROM (VALUES ('signed in', '59'), ('expired', '60'), ('unknown', '0')) AS p (profile, token)
\set token_hash '\\x00'

SELECT /* sessions/viewer */
    u.user_id,
    u.username
FROM sessions AS s
INNER JOIN users AS u ON s.user_id = u.user_id
WHERE s.token_hash = :'token_hash' AND s.expires_at > now();
