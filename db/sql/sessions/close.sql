-- Ends a session on the server, whatever the browser keeps. Asked by /logout of the site.
--
-- Budget: 20 buffers.
-- Profiles:
--   SELECT p.profile, sha256(p.token::bytea) AS token_hash
--   FROM (VALUES ('signed in', '59'), ('expired', '60'), ('unknown', '0')) AS p (profile, token)
\set token_hash '\\x00'

DELETE /* sessions/close */ FROM sessions AS s
WHERE s.token_hash = :'token_hash';
