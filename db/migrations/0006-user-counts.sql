-- depends: 0002-messages 0003-followers

-- The numbers on a profile, kept by triggers so that they are right whoever writes, psql included.
-- A table of its own, because a count changes often and a user hardly ever.

SET LOCAL lock_timeout = '5s';

CREATE TABLE user_counts (
    user_id bigint
        CONSTRAINT counts_are_known_by_user PRIMARY KEY
        CONSTRAINT counts_belong_to_a_user REFERENCES users (user_id) ON DELETE CASCADE,
    messages bigint NOT NULL DEFAULT 0,
    followers bigint NOT NULL DEFAULT 0,
    following bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70); -- no column but the key is indexed: an update stays on its page

INSERT INTO user_counts (user_id, messages, followers, following)
SELECT
    u.user_id,
    (SELECT count(*) FROM messages AS m WHERE m.author_id = u.user_id AND NOT m.hidden),
    (SELECT count(*) FROM followers AS f WHERE f.whom_id = u.user_id),
    (SELECT count(*) FROM followers AS f WHERE f.who_id = u.user_id)
FROM users AS u;

CREATE FUNCTION users_get_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO user_counts (user_id) SELECT n.user_id FROM new_rows AS n;
    RETURN NULL;
END
$$;

CREATE TRIGGER users_get_counts AFTER INSERT ON users
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION users_get_counts();

-- Adds these differences up. Rows are updated in the order of their ids, so that two writers never wait in a ring.
CREATE FUNCTION counts_change(differences user_counts []) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    change record;
BEGIN
    FOR change IN
        SELECT
            d.user_id,
            sum(d.messages) AS messages,
            sum(d.followers) AS followers,
            sum(d.following) AS following
        FROM unnest(differences) AS d
        GROUP BY d.user_id
        HAVING sum(d.messages) <> 0 OR sum(d.followers) <> 0 OR sum(d.following) <> 0
        ORDER BY d.user_id
    LOOP
        UPDATE user_counts AS u
        SET
            messages = u.messages + change.messages,
            followers = u.followers + change.followers,
            following = u.following + change.following
        WHERE u.user_id = change.user_id;
    END LOOP;
END
$$;

CREATE FUNCTION messages_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change record;
BEGIN
    IF TG_OP = 'INSERT' THEN -- the commonest change of all, said without arrays: a third less time a post
        FOR change IN
            SELECT a.author_id, count(*) AS shown FROM added AS a
            WHERE NOT a.hidden GROUP BY a.author_id ORDER BY a.author_id
        LOOP
            UPDATE user_counts AS u SET messages = u.messages + change.shown WHERE u.user_id = change.author_id;
        END LOOP;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM counts_change(ARRAY(
            SELECT ROW(r.author_id, -1, 0, 0)::user_counts FROM removed AS r WHERE NOT r.hidden));
    ELSE
        PERFORM counts_change(ARRAY(
            SELECT ROW(a.author_id, 1, 0, 0)::user_counts FROM added AS a WHERE NOT a.hidden
            UNION ALL
            SELECT ROW(r.author_id, -1, 0, 0)::user_counts FROM removed AS r WHERE NOT r.hidden));
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER messages_are_counted_when_posted AFTER INSERT ON messages
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION messages_are_counted();

CREATE TRIGGER messages_are_counted_when_deleted AFTER DELETE ON messages
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION messages_are_counted();

CREATE TRIGGER messages_are_counted_when_changed AFTER UPDATE ON messages
    REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION messages_are_counted();

CREATE FUNCTION followers_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change record;
BEGIN
    IF TG_OP = 'INSERT' THEN -- as above, without arrays
        FOR change IN
            SELECT c.user_id, sum(c.followers) AS followers, sum(c.following) AS following
            FROM (
                SELECT a.who_id AS user_id, 0 AS followers, 1 AS following FROM added AS a
                UNION ALL
                SELECT a.whom_id, 1, 0 FROM added AS a
            ) AS c
            GROUP BY c.user_id
            ORDER BY c.user_id
        LOOP
            UPDATE user_counts AS u
            SET followers = u.followers + change.followers, following = u.following + change.following
            WHERE u.user_id = change.user_id;
        END LOOP;
    ELSE
        PERFORM counts_change(ARRAY(
            SELECT ROW(r.who_id, 0, 0, -1)::user_counts FROM removed AS r
            UNION ALL
            SELECT ROW(r.whom_id, 0, -1, 0)::user_counts FROM removed AS r));
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER followers_are_counted_when_following AFTER INSERT ON followers
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION followers_are_counted();

CREATE TRIGGER followers_are_counted_when_unfollowing AFTER DELETE ON followers
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION followers_are_counted();

-- A row of followers is added or deleted, never changed, so that the numbers need no third case.
CREATE FUNCTION followers_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'delete this row of followers and insert another';
END
$$;

CREATE TRIGGER followers_never_change BEFORE UPDATE ON followers
    FOR EACH STATEMENT EXECUTE FUNCTION followers_never_change();
