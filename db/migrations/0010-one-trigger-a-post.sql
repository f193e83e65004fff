-- depends: 0008-counting-with-the-owners-rights

-- Everyone has a row of newest_messages from the start, as everyone has one of user_counts: a post updates one row in
-- each, in one trigger, and what timelines/followed reads depends on how many people there are, not on how much they
-- wrote.

SET LOCAL lock_timeout = '5s';

CREATE FUNCTION users_get_a_newest_message() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO newest_messages (author_id, message_id) SELECT n.user_id, 0 FROM new_rows AS n;
    RETURN NULL;
END
$$;

CREATE TRIGGER users_get_a_newest_message AFTER INSERT ON users
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION users_get_a_newest_message();

-- Behind the trigger, which holds registrations up until this is over: nobody comes in between.
INSERT INTO newest_messages (author_id, message_id)
SELECT
    u.user_id,
    0
FROM users AS u
ON CONFLICT (author_id) DO NOTHING;

-- Authors in the order of their ids, so that two writers never wait in a ring.
CREATE FUNCTION messages_are_posted() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    post record;
BEGIN
    FOR post IN
        SELECT
            a.author_id,
            count(*) AS messages,
            max(a.message_id) AS newest
        FROM added AS a
        WHERE NOT a.hidden
        GROUP BY a.author_id
        ORDER BY a.author_id
    LOOP
        UPDATE user_counts AS c SET messages = c.messages + post.messages WHERE c.user_id = post.author_id;
        UPDATE newest_messages AS n SET message_id = greatest(n.message_id, post.newest)
        WHERE n.author_id = post.author_id;
    END LOOP;
    RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION users_get_a_newest_message(), messages_are_posted() FROM PUBLIC;

DROP TRIGGER messages_are_counted_when_posted ON messages;
DROP TRIGGER newest_messages_move_on ON messages;
-- squawk-ignore ban-drop-function -- nobody calls it but the trigger that is gone already
DROP FUNCTION newest_messages_move_on();

CREATE TRIGGER messages_are_posted AFTER INSERT ON messages
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION messages_are_posted();

-- The newest pages are the ones that are read: an index alone answers for them when vacuum has seen them. It comes
-- after so many new rows, not after a share of all.
ALTER TABLE messages SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000);
ALTER TABLE followers SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000);
