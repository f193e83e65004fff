-- Puts a better hash in the place of an old one, and returns whether it did. The old hash is
-- named, so that a password which changed meanwhile is left alone.
-- Asked at sign-in, when the parameters of hashing have changed since.
\set user_id 1
\set old_hash pbkdf2:sha256:50000$salt$abcdef
\set new_hash $argon2id$v=19$m=7168,t=5,p=1$c2FsdHNhbHQ$aGFzaGhhc2g

UPDATE /* users/rehash */ users AS u
SET password_hash = :'new_hash'
WHERE u.user_id = :user_id AND u.password_hash = :'old_hash'
RETURNING true AS rehashed;
