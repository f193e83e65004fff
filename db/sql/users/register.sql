-- Registers a user and returns the new id; no row when the name is taken, which the unique
-- index decides, so two registrations at the same moment cannot both win.
-- Asked by sign-up on the site and POST /register of the API.
--
-- Budget: 60 buffers.
-- Profiles:
--   SELECT p.profile, p.username, 'new@example.com' AS email, 'a hash' AS password_hash
--   FROM (VALUES ('new', 'newcomer'), ('taken', 'alice')) AS p (profile, username)
\set username alice
\set email alice@example.com
\set password_hash $argon2id$v=19$m=7168,t=5,p=1$c2FsdHNhbHQ$aGFzaGhhc2g

INSERT /* users/register */ INTO users (username, email, password_hash)
VALUES (:'username', :'email', :'password_hash')
ON CONFLICT (username) DO NOTHING
RETURNING user_id;
