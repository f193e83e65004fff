DROP TRIGGER simulator_latest_follows ON simulator;
DROP FUNCTION simulator_latest_follows();

INSERT INTO simulator (only_row, latest)
SELECT
    true,
    s.last_value
FROM simulator_latest AS s
WHERE s.is_called
ON CONFLICT (only_row) DO UPDATE SET latest = excluded.latest;

DROP SEQUENCE simulator_latest;
