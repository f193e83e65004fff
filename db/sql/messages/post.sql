-- Posts a message and returns its id; no row when nobody has this name.
-- Asked by the site's form and POST /msgs/{username} of the API: finding the author and
-- writing are one statement, hence one round trip and one commit. The number of a simulator's call
-- is stored with it; NULL stores none.
--
-- Budget: 60 buffers.
-- Profiles:
--   SELECT a.name AS profile, a.username, 'Hello, world' AS content, 42 AS latest FROM seed.authors AS a
\set username alice
\set content 'Hello, world'
\set latest NULL

INSERT /* messages/post */ INTO messages (author_id, content)
SELECT
    u.user_id,
    :'content'::text
FROM users AS u
CROSS JOIN setval('simulator_latest', :latest::bigint)
WHERE u.username = :'username'
RETURNING message_id;
