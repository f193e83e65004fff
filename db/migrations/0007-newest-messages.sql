-- depends: 0002-messages

-- The newest shown message of each author, kept by triggers: timelines/followed finds in it the few followees
-- that can fill a page when thousands are followed. Narrow on purpose: it is read as a whole.

SET LOCAL lock_timeout = '5s';

CREATE TABLE newest_messages (
    author_id bigint
        CONSTRAINT newest_messages_are_known_by_author PRIMARY KEY
        CONSTRAINT newest_messages_have_an_author REFERENCES users (user_id) ON DELETE CASCADE,
    message_id bigint NOT NULL -- 0 when all that the author wrote is hidden
) WITH (fillfactor = 95); -- no column but the key is indexed: an update stays on its page

INSERT INTO newest_messages (author_id, message_id)
SELECT
    m.author_id,
    max(m.message_id)
FROM messages AS m
WHERE NOT m.hidden
GROUP BY m.author_id;

CREATE FUNCTION newest_messages_move_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO newest_messages AS n (author_id, message_id)
    SELECT a.author_id, max(a.message_id) FROM added AS a WHERE NOT a.hidden GROUP BY a.author_id ORDER BY a.author_id
    ON CONFLICT (author_id) DO UPDATE SET message_id = greatest(n.message_id, excluded.message_id);
    RETURN NULL;
END
$$;

CREATE TRIGGER newest_messages_move_on AFTER INSERT ON messages
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION newest_messages_move_on();

-- Hidden, unhidden, deleted: look again. First the lock, then a statement of its own whose snapshot is younger than the
-- lock: it sees what a post at the same moment has committed.
CREATE FUNCTION newest_messages_look_again() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched record;
BEGIN
    FOR touched IN SELECT DISTINCT c.author_id FROM changed AS c ORDER BY c.author_id
    LOOP
        INSERT INTO newest_messages AS n (author_id, message_id) VALUES (touched.author_id, 0)
        ON CONFLICT (author_id) DO UPDATE SET message_id = n.message_id;
        UPDATE newest_messages AS n
        SET message_id = coalesce((
            SELECT max(m.message_id) FROM messages AS m WHERE m.author_id = touched.author_id AND NOT m.hidden
        ), 0)
        WHERE n.author_id = touched.author_id;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER newest_messages_look_again_when_changed AFTER UPDATE ON messages
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION newest_messages_look_again();

CREATE TRIGGER newest_messages_look_again_when_deleted AFTER DELETE ON messages
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION newest_messages_look_again();

-- A message keeps its author, so that looking again at the author it has is enough.
CREATE FUNCTION messages_keep_their_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a message keeps its author';
END
$$;

CREATE TRIGGER messages_keep_their_author BEFORE UPDATE OF author_id ON messages
    FOR EACH STATEMENT EXECUTE FUNCTION messages_keep_their_author();
