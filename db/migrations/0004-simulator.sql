-- The number that the simulator sent last: one row, shared by all replicas.

SET LOCAL lock_timeout = '5s';

CREATE TABLE simulator (
    only_row boolean DEFAULT true
        CONSTRAINT simulator_is_one_row PRIMARY KEY
        CONSTRAINT simulator_is_no_second_row CHECK (only_row),
    latest bigint NOT NULL
) WITH (fillfactor = 10); -- each call updates it: room for new versions on its one page
