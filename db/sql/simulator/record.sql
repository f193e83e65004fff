-- Stores the number that came with a call, before the call itself is looked at: the last one wins.
-- Asked by every call to the API that carries ?latest=. This commit does not wait for the disk
-- (set_config is local to this one statement): a crash may lose the last number, never a message.
--
-- Budget: 20 buffers.
\set latest 42

INSERT /* simulator/record */ INTO simulator (only_row, latest)
SELECT
    true,
    :latest::bigint
FROM set_config('synchronous_commit', 'off', true)
ON CONFLICT (only_row) DO UPDATE SET latest = excluded.latest;
