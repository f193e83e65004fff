-- Who may do what in this database, and under which limits: a page for the DBA to read and to change.
--
-- python -m db migrate applies it after the migrations, each time, and always whole: what is not granted here is not
-- there. So does psql "$DATABASE_URL" -f db/roles.sql. New connections follow it at once. The doors of the release
-- before run while it is applied: take a right away one release after the last query that needs it.
--
--   the owner           migrates; whoever applies this file. No door signs in as the owner
--   minitwit_site       the site: everything but the simulator's number
--   minitwit_api        the API: everything but sessions and what only pages show
--   minitwit_dba        reads all but secrets; may explain as minitwit_queries; sees statistics
--   minitwit_metrics    counts rows and sees statistics
--   minitwit_queries    nobody signs in as this: all that the files of sql/ do, for explain's rolled-back transaction
--   minitwit_explain    nor as this: the way there, without its rights
--
-- Nobody may read an e-mail address, create anything that stays, or write the numbers that triggers keep.

-- 1. For everyone, a single user for everything included: one plan for all values, chosen once, is a plan that one can
-- look at, and its text in a log holds no values. Compiling (jit) takes longer than any query here.
BEGIN;
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET plan_cache_mode = force_generic_plan', current_database());
    EXECUTE format('ALTER DATABASE %I SET jit = off', current_database());
END
$$;
COMMIT;

-- No ERROR of theirs is written to the server's log: its DETAIL holds the row or the key, and a log in JSON keeps it
-- whatever log_error_verbosity says. Whoever asked is told, and a door logs what it is told with its request's id.
-- What is slow or waits for a lock is a LOG, which ranks higher; so are FATAL and PANIC. Only a superuser may say this.
BEGIN;
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET log_min_messages = log', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'the server''s log was left alone: %', SQLERRM;
END
$$;
COMMIT;

-- 2. The statistics that python -m db top shows, where the server has loaded their library and lets us.
BEGIN;
DO $$
BEGIN
    IF current_setting('pg_stat_statements.max', true) IS NOT NULL THEN
        CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
    END IF;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE NOTICE 'pg_stat_statements was left alone: %', SQLERRM;
END
$$;
COMMIT;

BEGIN;

-- 3. The roles. They belong to the whole server, and several of its databases may be migrated at one moment: a comment
-- locks its role until the end of this transaction, so that they take turns. Nobody signs in without a password:
-- python -m db migrate --passwords sets them.
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT w.role, w.attributes
        FROM (VALUES
            ('minitwit_site', 'LOGIN'), ('minitwit_api', 'LOGIN'), ('minitwit_dba', 'LOGIN'),
            ('minitwit_metrics', 'LOGIN'), ('minitwit_queries', 'NOLOGIN'),
            ('minitwit_explain', 'NOLOGIN NOINHERIT')
        ) AS w (role, attributes)
        WHERE NOT EXISTS (SELECT 1 FROM pg_roles AS r WHERE r.rolname = w.role)
    LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I %s', wanted.role, wanted.attributes);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database was quicker
        END;
    END LOOP;
END
$$;

COMMENT ON ROLE minitwit_site IS 'MiniTwit''s site';
COMMENT ON ROLE minitwit_api IS 'MiniTwit''s API';
COMMENT ON ROLE minitwit_dba IS 'Reads MiniTwit and explains its queries';
COMMENT ON ROLE minitwit_metrics IS 'Counts for MiniTwit''s dashboards';
COMMENT ON ROLE minitwit_queries IS 'All that MiniTwit''s query files do';
COMMENT ON ROLE minitwit_explain IS 'May become minitwit_queries, and has none of its rights before';

-- 4. The limits. DATABASE_TIMEOUT is a door's own limit and shorter; these hold when a door does not.
-- A write that waits for a lock fails early enough that the door can still say so.
ALTER ROLE minitwit_site RESET ALL;
ALTER ROLE minitwit_site SET plan_cache_mode = force_generic_plan;
ALTER ROLE minitwit_site SET jit = off;
ALTER ROLE minitwit_site SET statement_timeout = '10s';
ALTER ROLE minitwit_site SET lock_timeout = '3s';
ALTER ROLE minitwit_site SET idle_in_transaction_session_timeout = '5s';

ALTER ROLE minitwit_api RESET ALL;
ALTER ROLE minitwit_api SET plan_cache_mode = force_generic_plan;
ALTER ROLE minitwit_api SET jit = off;
ALTER ROLE minitwit_api SET statement_timeout = '10s';
ALTER ROLE minitwit_api SET lock_timeout = '3s';
ALTER ROLE minitwit_api SET idle_in_transaction_session_timeout = '5s';

-- Plans as the doors have them. Reading only is a guard rail, which whoever types SET can leave; the grants below are
-- the wall. A lock that explain waits for makes writers wait behind it: not for long.
ALTER ROLE minitwit_dba RESET ALL;
ALTER ROLE minitwit_dba SET plan_cache_mode = force_generic_plan;
ALTER ROLE minitwit_dba SET jit = off;
ALTER ROLE minitwit_dba SET default_transaction_read_only = on;
ALTER ROLE minitwit_dba SET statement_timeout = '60s';
ALTER ROLE minitwit_dba SET lock_timeout = '1s';
ALTER ROLE minitwit_dba SET idle_in_transaction_session_timeout = '60s';

ALTER ROLE minitwit_metrics RESET ALL;
ALTER ROLE minitwit_metrics SET plan_cache_mode = force_generic_plan;
ALTER ROLE minitwit_metrics SET jit = off;
ALTER ROLE minitwit_metrics SET default_transaction_read_only = on;
ALTER ROLE minitwit_metrics SET statement_timeout = '5s';
ALTER ROLE minitwit_metrics SET lock_timeout = '1s';
ALTER ROLE minitwit_metrics SET idle_in_transaction_session_timeout = '5s';

-- 5. Nothing for anybody, and then what each needs.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO minitwit_site, minitwit_api, minitwit_dba, minitwit_metrics',
        current_database());
    -- explain adds up what triggers touch by a function of its own, which is gone with its transaction
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO minitwit_queries', current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public
FROM minitwit_site, minitwit_api, minitwit_dba, minitwit_metrics, minitwit_queries, minitwit_explain;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public
FROM minitwit_site, minitwit_api, minitwit_dba, minitwit_metrics, minitwit_queries, minitwit_explain;
REVOKE ALL ON ALL ROUTINES IN SCHEMA public
FROM minitwit_site, minitwit_api, minitwit_dba, minitwit_metrics, minitwit_queries, minitwit_explain;
REVOKE ALL ON users, messages, followers, sessions, simulator, user_counts, newest_messages FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO minitwit_site, minitwit_api, minitwit_dba, minitwit_metrics, minitwit_queries;

-- Both doors: people register and sign in, write, follow and unfollow. E-mail addresses go in and never out.
GRANT SELECT (user_id, username, password_hash), INSERT (username, email, password_hash), UPDATE (password_hash)
ON users TO minitwit_site, minitwit_api;
GRANT SELECT, INSERT (author_id, content) ON messages TO minitwit_site, minitwit_api;
GRANT SELECT, INSERT, DELETE ON followers TO minitwit_site, minitwit_api;
GRANT SELECT ON user_counts TO minitwit_site, minitwit_api;
GRANT SELECT (migration_id, applied_at_utc) ON _yoyo_migration TO minitwit_site, minitwit_api;

-- The site alone. Changing a row is the right to lock it, for the sweep in sessions/open.
GRANT SELECT, INSERT, UPDATE (expires_at), DELETE ON sessions TO minitwit_site;
GRANT SELECT ON newest_messages TO minitwit_site;

-- The API alone.
GRANT SELECT, UPDATE ON SEQUENCE simulator_latest TO minitwit_api;
GRANT SELECT, INSERT, UPDATE (latest) ON simulator TO minitwit_api; -- of the release before 0011

-- The DBA: everything but e-mail addresses, password hashes and what would open a session.
GRANT SELECT (user_id, username, registered_at) ON users TO minitwit_dba;
GRANT SELECT (user_id, expires_at) ON sessions TO minitwit_dba;
GRANT SELECT ON messages, followers, simulator, user_counts, newest_messages TO minitwit_dba;
GRANT SELECT ON SEQUENCE simulator_latest TO minitwit_dba;
GRANT SELECT ON _yoyo_migration, _yoyo_log, _yoyo_version, yoyo_lock TO minitwit_dba;

-- Explain runs a statement, writes included, with the rights that it needs, and takes it back. The DBA has them only
-- after SET ROLE minitwit_queries, which explain says inside its transaction; on PostgreSQL 15 a role inherits from all
-- that it is a member of or from none, hence the role between.
GRANT minitwit_site, minitwit_api TO minitwit_queries;
GRANT UPDATE (hidden) ON messages TO minitwit_queries;
GRANT minitwit_queries TO minitwit_explain;
GRANT minitwit_explain TO minitwit_dba;

-- Metrics: one column of a table is the right to count its rows.
GRANT SELECT (user_id) ON users TO minitwit_metrics;
GRANT SELECT (message_id, hidden) ON messages TO minitwit_metrics;
GRANT SELECT (who_id) ON followers TO minitwit_metrics;
GRANT SELECT (expires_at) ON sessions TO minitwit_metrics;

-- Statistics, where we may grant them: a managed server may keep these for itself. Where a statement is written to the
-- log, the DBA's are not: they hold, and explain plans with, the values that were typed.
DO $$
DECLARE
    reset regprocedure;
BEGIN
    GRANT pg_monitor TO minitwit_dba, minitwit_metrics;
    FOR reset IN SELECT p.oid FROM pg_proc AS p WHERE p.proname = 'pg_stat_statements_reset' LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO minitwit_dba', reset);
    END LOOP;
    IF current_setting('auto_explain.log_min_duration', true) IS NOT NULL THEN
        ALTER ROLE minitwit_dba SET auto_explain.log_min_duration = -1;
    END IF;
    ALTER ROLE minitwit_dba SET log_min_duration_statement = -1;
    ALTER ROLE minitwit_dba SET log_lock_waits = off;
    ALTER ROLE minitwit_dba SET log_temp_files = -1;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'statistics were left alone: %', SQLERRM;
END
$$;

COMMIT;
