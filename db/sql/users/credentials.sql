-- What it takes to check a user's password; no row when nobody has this name.
-- Asked by sign-in on the site, and by the API for each request that a user signs.
--
-- Budget: 10 buffers.
-- Profiles:
--   SELECT a.name AS profile, a.username FROM seed.authors AS a
--   UNION ALL SELECT 'nobody', 'nobody'
\set username alice

SELECT /* users/credentials */
    u.user_id,
    u.username,
    u.password_hash
FROM users AS u
WHERE u.username = :'username';
