-- What the running database spends its time on, by query file: how often each was run, in milliseconds, rows and shared
-- buffers a call, and as a share of all. The same file is one row, whoever runs it. What no file claims comes with the
-- begin of its text, in which PostgreSQL has put numbers for values; commands that are no queries, whose values it may
-- keep, are one row together. Asked by python -m db top. Counted since the server's statistics were last reset.
\set limit 20

WITH /* tool/top */ ours AS (
    SELECT
        CASE
            WHEN s.query !~* '^\s*(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES|TABLE)\M' THEN '(commands)'
            ELSE coalesce(
                substring(s.query FROM '^\s*\w+ /\* (\w+/\w+) \*/'),
                left(regexp_replace(s.query, '\s+', ' ', 'g'), 60)
            )
        END AS name,
        s.calls,
        s.total_exec_time AS milliseconds,
        s.rows,
        s.shared_blks_hit + s.shared_blks_read AS buffers
    FROM pg_stat_statements AS s
    INNER JOIN pg_database AS d ON s.dbid = d.oid
    WHERE d.datname = current_database()
)

SELECT
    o.name,
    sum(o.calls)::bigint AS calls,
    sum(o.milliseconds) AS total_ms,
    sum(o.milliseconds) / sum(o.calls)::float AS mean_ms,
    (sum(o.rows) / sum(o.calls))::float AS rows_a_call,
    (sum(o.buffers) / sum(o.calls))::float AS buffers_a_call,
    sum(o.milliseconds) / greatest(sum(sum(o.milliseconds)) OVER (), 0.000001) AS share
FROM ours AS o
GROUP BY o.name
ORDER BY total_ms DESC, o.name ASC
LIMIT :limit;
