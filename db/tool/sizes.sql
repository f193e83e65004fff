-- How big each table is, and how many of its pages a vacuum has not yet found visible to everyone: an index alone
-- cannot answer for those.

SELECT
    c.relname AS name,
    c.reltuples::bigint AS rows,
    c.relpages - c.relallvisible AS unseen
FROM pg_class AS c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace;
