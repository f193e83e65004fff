-- Begins to count anew in this database, and in no other of the server. Asked by python -m db top --reset.

SELECT /* tool/top_reset */ pg_stat_statements_reset(0, d.oid, 0)::text AS done
FROM pg_database AS d
WHERE d.datname = current_database();
