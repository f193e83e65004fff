-- A new site's server: the roles that are there before any migration, and the least that each needs. Run once, by `serve`,
-- as the superuser; the other roles are db/roles.sql's.
\set minitwit `cat :'secrets'/minitwit`
\set replication `cat :'secrets'/replication_password`

-- The owner migrates and makes the other roles. On PostgreSQL 15 who may make roles may hand out every role but the
-- superuser's, those that read files and start programs included: this password is nearly as good as the superuser's.
CREATE ROLE minitwit LOGIN CREATEROLE PASSWORD :'minitwit';
CREATE DATABASE minitwit OWNER minitwit;

-- What db/roles.sql hands on: to see statistics.
GRANT pg_monitor TO minitwit WITH ADMIN OPTION;

-- What db/roles.sql may otherwise say as a superuser only: what is kept out of the server's log.
GRANT SET ON PARAMETER
    log_min_messages, log_min_duration_statement, log_lock_waits, log_temp_files, auto_explain.log_min_duration
TO minitwit;

-- The other server: streams, copies, and promotes.
CREATE ROLE replication LOGIN REPLICATION PASSWORD :'replication';
GRANT EXECUTE ON FUNCTION pg_promote(boolean, integer) TO replication;
GRANT pg_checkpoint TO replication;
-- For pg_rewind, which reads this server's files.
GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean) TO replication;
GRANT EXECUTE ON FUNCTION pg_stat_file(text, boolean) TO replication;
GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO replication;
GRANT EXECUTE ON FUNCTION pg_read_binary_file(text, bigint, bigint, boolean) TO replication;

\connect minitwit
CREATE EXTENSION pg_stat_statements;
GRANT EXECUTE ON FUNCTION pg_stat_statements_reset TO minitwit WITH GRANT OPTION;
