-- Who a user is, their numbers, and whether the viewer follows them; no row when nobody has this
-- name. A viewer_id of NULL is someone who is not signed in.
-- Asked by the profile page. The numbers are kept by triggers: nothing is counted here.
--
-- Budget: 20 buffers.
-- Profiles:
--   SELECT a.name || ', seen by ' || v.name AS profile, a.username, v.viewer_id
--   FROM seed.authors AS a
--   CROSS JOIN (
--       SELECT 'nobody' AS name, NULL AS viewer_id
--       UNION ALL SELECT 'who ' || r.name, r.user_id FROM seed.readers AS r WHERE r.name = 'old, follows 10000 mixed'
--   ) AS v
\set username alice
\set viewer_id NULL

SELECT /* users/profile */
    u.user_id,
    u.username,
    c.messages,
    c.followers,
    c.following,
    EXISTS (
        SELECT 1
        FROM followers AS f
        WHERE f.who_id = :viewer_id::bigint AND f.whom_id = u.user_id
    ) AS followed
FROM users AS u
INNER JOIN user_counts AS c ON u.user_id = c.user_id
WHERE u.username = :'username';
