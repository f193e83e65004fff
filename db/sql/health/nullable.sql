-- The columns of our tables that may hold NULL, each as table.column.
-- Asked by both doors at start, and by python -m db check. No parameters.
--
-- Budget: 100 buffers.

SELECT /* health/nullable */ format('%s.%s', c.relname, a.attname) AS nullable
FROM pg_attribute AS a
INNER JOIN pg_class AS c ON a.attrelid = c.oid
WHERE
    c.relnamespace = current_schema()::text::regnamespace
    AND c.relkind IN ('r', 'p')
    AND a.attnum > 0
    AND NOT a.attisdropped
    AND NOT a.attnotnull
ORDER BY nullable;
