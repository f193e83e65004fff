-- What it takes to check a user's password; no row when nobody has this name.
-- Asked by sign-in on the site, and by the API for each request that a user signs.
\set username alice

SELECT /* users/credentials */
    u.user_id,
    u.username,
    u.password_hash
FROM users AS u
WHERE u.username = :'username';
