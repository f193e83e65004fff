-- Puts a better hash in the place of an old one, and returns whether it did. The old hash is
-- named, so that a password which changed meanwhile is left alone.
-- Asked at sign-in, when the parameters of hashing have changed since.
--
-- Budget: 40 buffers.
-- Profiles:
--   SELECT 'as expected' AS profile, u.user_id, u.password_hash AS old_hash, 'a hash' AS new_hash
--   FROM users AS u WHERE u.username = 'alice'
--   UNION ALL SELECT 'changed meanwhile', 1, 'another hash', 'a hash'
\set user_id 1
\set old_hash pbkdf2:sha256:50000$salt$abcdef
\set new_hash $argon2id$v=19$m=7168,t=5,p=1$c2FsdHNhbHQ$aGFzaGhhc2g

UPDATE /* users/rehash */ users AS u
SET password_hash = :'new_hash'
WHERE u.user_id = :user_id AND u.password_hash = :'old_hash'
RETURNING true AS rehashed;
