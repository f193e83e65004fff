-- A MiniTwit that people use: 30,000 users and 100,000 messages. Run on an empty, migrated database.
-- Authors are skewed, the first writes a few thousand and a third of the users nothing at all.
-- Users 1 to 8 only read. The first four follow 1, 100, 1,000 and 10,000 people of every kind; the other four
-- follow as many who are silent: the few they wrote is long past.

SELECT setseed(0.42);

INSERT INTO users (username, email, password_hash)
SELECT
    CASE
        WHEN n <= 4 THEN 'reader of ' || (ARRAY[1, 100, 1000, 10000])[n]
        WHEN n <= 8 THEN 'reader of ' || (ARRAY[1, 100, 1000, 10000])[n - 4] || ' silent'
        ELSE 'author ' || (n - 8)
    END AS username,
    'user.' || n || '@example.com' AS email,
    'nobody signs in with this' AS password_hash
FROM generate_series(1, 30000) AS n
ORDER BY n;

-- The 9,000 oldest messages are of users 10,001 to 19,000, one each, who are silent since then.
INSERT INTO messages (author_id, content, published_at)
SELECT
    CASE WHEN n <= 9000 THEN 10000 + n ELSE 9 + floor(9900 * power(random(), 4))::bigint END AS author_id,
    'Message ' || n || ': “what I saw today” – ' || repeat('and more of it ', (random() * 8)::int) AS content,
    timestamptz '2026-01-01 00:00:00+00' + n * interval '1 minute' AS published_at
FROM generate_series(1, 100000) AS n
ORDER BY n;

INSERT INTO followers (who_id, whom_id)
SELECT
    r.who_id,
    f.whom_id
FROM (VALUES (1, 1), (2, 100), (3, 1000), (4, 10000)) AS r (who_id, follows)
CROSS JOIN LATERAL (
    SELECT n AS whom_id
    FROM generate_series(9, 30000) AS n
    ORDER BY hashint8(n * 31 + r.who_id)
    LIMIT r.follows
) AS f;

INSERT INTO followers (who_id, whom_id)
SELECT
    r.who_id,
    n AS whom_id
FROM (VALUES (5, 1), (6, 100), (7, 1000), (8, 10000)) AS r (who_id, follows)
CROSS JOIN generate_series(10001, 10000 + r.follows) AS n;

-- Everybody else follows ten.
INSERT INTO followers (who_id, whom_id)
SELECT
    n AS who_id,
    9 + (n * 7919 + k * 104729) % 29992 AS whom_id
FROM generate_series(9, 30000) AS n
CROSS JOIN generate_series(1, 10) AS k
ON CONFLICT DO NOTHING;
