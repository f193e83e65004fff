-- The number that came with the simulator's latest call; no row before the first.
-- Asked by GET /latest of the API. No parameters.
--
-- Budget: 5 buffers.

SELECT /* simulator/latest */ s.last_value AS latest
FROM simulator_latest AS s
WHERE s.is_called;
