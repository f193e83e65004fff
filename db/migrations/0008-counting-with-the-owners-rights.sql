-- depends: 0006-user-counts 0007-newest-messages

-- Triggers keep the numbers with the rights of the tables' owner: who writes a message may not write a number.
-- The search path is fixed, as it has to be for a function with more rights than its caller, and nobody may call them.

SET LOCAL lock_timeout = '5s';

ALTER FUNCTION users_get_counts() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION messages_are_counted() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION followers_are_counted() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION newest_messages_move_on() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION newest_messages_look_again() SECURITY DEFINER SET search_path = public, pg_temp;

REVOKE EXECUTE ON FUNCTION
users_get_counts(), messages_are_counted(), followers_are_counted(), newest_messages_move_on(),
newest_messages_look_again(), counts_change(user_counts []), followers_never_change(), messages_keep_their_author()
FROM PUBLIC;
