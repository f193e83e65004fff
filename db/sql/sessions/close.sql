-- Ends a session on the server, whatever the browser keeps. Asked by /logout of the site.
\set token_hash '\\x00'

DELETE /* sessions/close */ FROM sessions AS s
WHERE s.token_hash = :'token_hash';
