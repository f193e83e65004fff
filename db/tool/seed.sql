-- Fills an empty, migrated database as one that people have used for long: 100,000 users and as many messages as
-- seed.messages says. Budgets are measured here: `python -m db budget`. The same size gives the same rows.
--
--   1 … 3              alice, who wrote most and is followed by most; bob, who follows her; charlie, who follows nobody
--   4 … 200            readers, old: registered long ago, what they wrote is long past
--   201 … 20,000       authors, skewed: the first write most, the last now and then
--   20,001 … 40,000    the silent: what they wrote is the oldest tenth of all
--   40,001 … 50,000    the mute, who never wrote
--   50,001 … 99,800    more of the silent, where there are so many messages
--   99,801 … 100,000   readers, new: registered lately, wrote the newest messages
--
-- The schema `seed` tells the Profiles in the headers of db/sql who is there.

SELECT setseed(0.42);

ALTER TABLE users DISABLE TRIGGER USER;
ALTER TABLE messages DISABLE TRIGGER USER;
ALTER TABLE followers DISABLE TRIGGER USER;

INSERT INTO users (username, email, password_hash)
SELECT
    CASE n WHEN 1 THEN 'alice' WHEN 2 THEN 'bob' WHEN 3 THEN 'charlie' ELSE 'user ' || n END AS username,
    'user.' || n || '@example.com' AS email,
    'nobody signs in with this' AS password_hash
FROM generate_series(1, 100000) AS n
ORDER BY n;

CREATE SCHEMA seed;

-- Readers by the number and the kind of those they follow: active ones, ones of every kind, ones who are silent since
-- long, ones who never wrote; twice, as old and as new readers.
CREATE TABLE seed.readers AS
SELECT
    r.age || ', follows ' || f.follows || ' ' || k.kind AS name,
    r.first_id + row_number() OVER (PARTITION BY r.age ORDER BY k.kind, f.follows) AS user_id,
    'user ' || r.first_id + row_number() OVER (PARTITION BY r.age ORDER BY k.kind, f.follows) AS username,
    f.follows,
    k.kind,
    k.kind = 'active' AS active,
    r.age
FROM (VALUES ('old', 3), ('new', 99800)) AS r (age, first_id)
CROSS JOIN (VALUES (1), (10), (100), (139), (300), (1000), (10000)) AS f (follows)
CROSS JOIN (VALUES ('active'), ('mixed'), ('silent'), ('mute')) AS k (kind);

INSERT INTO messages (author_id, content, published_at, hidden)
SELECT
    CASE
        -- the oldest tenth: the silent, and in between the old readers
        WHEN n <= size / 10
            THEN CASE
                WHEN n % 50 = 0 THEN 4 + n / 50 % 56
                WHEN n % 69800 < 20000 THEN 20001 + n % 69800
                ELSE 30001 + n % 69800
            END
        -- among the newest: a few of the new readers
        WHEN n > size - 500 AND n % 10 = 0 THEN 99801 + n / 10 % 28
        WHEN n % 100 = 0 THEN 1
        ELSE 201 + floor(19800 * power(random(), 4))::bigint
    END AS author_id,
    'Message ' || n || ': “what I saw today” – ' || repeat('and more of it ', (random() * 8)::int) AS content,
    timestamptz '2026-01-01 00:00:00+00' + n * interval '1 minute' AS published_at,
    n % 97 = 0 AS hidden
FROM (SELECT current_setting('seed.messages')::int AS size) AS s
CROSS JOIN LATERAL generate_series(1, s.size) AS n
ORDER BY n;

-- The n-th followee of each kind; multiplying by a prime scatters them.
INSERT INTO followers (who_id, whom_id)
SELECT
    r.user_id AS who_id,
    CASE r.kind
        WHEN 'active' THEN 201 + n
        WHEN 'mixed' THEN 201 + n::bigint * 7919 % 99000
        WHEN 'silent' THEN 20001 + n
        ELSE 40001 + n
    END AS whom_id
FROM seed.readers AS r
CROSS JOIN LATERAL generate_series(1, r.follows) AS n
ORDER BY 1, 2;

INSERT INTO followers (who_id, whom_id) VALUES (2, 1);

INSERT INTO followers (who_id, whom_id)
SELECT
    n AS who_id,
    CASE k WHEN 1 THEN 1 ELSE 201 + (n::bigint * 7919 + k * 104729) % 59600 END AS whom_id
FROM generate_series(40001, 99800) AS n
CROSS JOIN generate_series(1, 6) AS k;

ALTER TABLE users ENABLE TRIGGER USER;
ALTER TABLE messages ENABLE TRIGGER USER;
ALTER TABLE followers ENABLE TRIGGER USER;

-- What the triggers would have kept.
INSERT INTO newest_messages (author_id, message_id)
SELECT
    u.user_id,
    coalesce(m.newest, 0) AS message_id
FROM users AS u
LEFT JOIN (
    SELECT
        p.author_id,
        max(p.message_id) AS newest
    FROM messages AS p
    WHERE NOT p.hidden
    GROUP BY p.author_id
) AS m ON u.user_id = m.author_id
ORDER BY u.user_id;

INSERT INTO user_counts (user_id, messages, followers, following)
SELECT
    u.user_id,
    coalesce(m.n, 0) AS messages,
    coalesce(b.n, 0) AS followers,
    coalesce(f.n, 0) AS following
FROM users AS u
LEFT JOIN (SELECT p.author_id, count(*) AS n FROM messages AS p WHERE NOT p.hidden GROUP BY p.author_id) AS m
    ON u.user_id = m.author_id
LEFT JOIN (SELECT x.whom_id, count(*) AS n FROM followers AS x GROUP BY x.whom_id) AS b ON u.user_id = b.whom_id
LEFT JOIN (SELECT x.who_id, count(*) AS n FROM followers AS x GROUP BY x.who_id) AS f ON u.user_id = f.who_id
ORDER BY u.user_id;

SELECT setval('simulator_latest', 1);

INSERT INTO sessions (token_hash, user_id, expires_at)
SELECT
    sha256(n::text::bytea) AS token_hash,
    n AS user_id,
    now() + (n % 60 - 1) * interval '1 day' AS expires_at
FROM generate_series(1, 20000) AS n;

-- Those who write: most of all, now and then, once and long ago, never.
CREATE TABLE seed.authors AS
SELECT
    a.name,
    u.user_id,
    u.username
FROM (VALUES ('busiest', 1), ('busy', 202), ('rare', 15000), ('silent', 20101), ('mute', 50000)) AS a (name, user_id)
INNER JOIN users AS u ON a.user_id = u.user_id;

-- A page is what is older than a message: the first, one in the middle of everything, one just before the silent begin,
-- and one in the oldest twentieth, where nobody is left who writes today.
CREATE TABLE seed.pages AS
SELECT
    p.page,
    p.before
FROM (SELECT current_setting('seed.messages')::bigint AS size) AS s
CROSS JOIN LATERAL (
    VALUES ('first', 9223372036854775807), ('middle', s.size / 2), ('deep', s.size / 9), ('oldest', s.size / 20)
) AS p (page, before);
