GRANT EXECUTE ON FUNCTION
users_get_counts(), messages_are_counted(), followers_are_counted(), newest_messages_move_on(),
newest_messages_look_again(), counts_change(user_counts []), followers_never_change(), messages_keep_their_author()
TO PUBLIC;

ALTER FUNCTION newest_messages_look_again() SECURITY INVOKER RESET search_path;
ALTER FUNCTION newest_messages_move_on() SECURITY INVOKER RESET search_path;
ALTER FUNCTION followers_are_counted() SECURITY INVOKER RESET search_path;
ALTER FUNCTION messages_are_counted() SECURITY INVOKER RESET search_path;
ALTER FUNCTION users_get_counts() SECURITY INVOKER RESET search_path;
