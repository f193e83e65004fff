DROP TRIGGER messages_keep_their_author ON messages;
DROP TRIGGER newest_messages_look_again_when_deleted ON messages;
DROP TRIGGER newest_messages_look_again_when_changed ON messages;
DROP TRIGGER newest_messages_move_on ON messages;
DROP FUNCTION messages_keep_their_author();
DROP FUNCTION newest_messages_look_again();
DROP FUNCTION newest_messages_move_on();
DROP TABLE newest_messages;
