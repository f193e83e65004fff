-- The standbys that stream and that commits wait for.
SELECT r.application_name FROM pg_stat_replication AS r WHERE r.state = 'streaming' AND r.sync_state <> 'async';
