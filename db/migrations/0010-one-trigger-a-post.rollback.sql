ALTER TABLE followers RESET (autovacuum_vacuum_insert_threshold);
ALTER TABLE followers SET (autovacuum_vacuum_insert_scale_factor = 0.02);
ALTER TABLE messages RESET (autovacuum_vacuum_insert_scale_factor, autovacuum_vacuum_insert_threshold);
DROP TRIGGER messages_are_posted ON messages;
DROP TRIGGER users_get_a_newest_message ON users;
DROP FUNCTION messages_are_posted();
DROP FUNCTION users_get_a_newest_message();

CREATE FUNCTION newest_messages_move_on() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO newest_messages AS n (author_id, message_id)
    SELECT a.author_id, max(a.message_id) FROM added AS a WHERE NOT a.hidden GROUP BY a.author_id ORDER BY a.author_id
    ON CONFLICT (author_id) DO UPDATE SET message_id = greatest(n.message_id, excluded.message_id);
    RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION newest_messages_move_on() FROM PUBLIC;

CREATE TRIGGER newest_messages_move_on AFTER INSERT ON messages
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION newest_messages_move_on();

CREATE TRIGGER messages_are_counted_when_posted AFTER INSERT ON messages
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION messages_are_counted();
