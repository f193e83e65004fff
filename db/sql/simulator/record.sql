-- Stores the number that came with a call and returns it: the last one wins. Asked by the API for what stores it in no
-- statement of its own: reads, sign-ups, and whatever is refused. This commit does not wait for the disk (set_config is
-- local to this one statement): a crash may lose the last number, never a message.
--
-- Budget: 5 buffers.
\set latest 42

SELECT /* simulator/record */ setval('simulator_latest', :latest::bigint) AS latest
FROM set_config('synchronous_commit', 'off', true);
