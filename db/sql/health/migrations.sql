-- The migrations that have been applied, by the names of their files.
-- Asked by both doors at start, and by python -m db check. No parameters.
--
-- Budget: 10 buffers.

SELECT /* health/migrations */ m.migration_id
FROM _yoyo_migration AS m
WHERE m.migration_id IS NOT NULL
ORDER BY m.applied_at_utc, m.migration_id;
