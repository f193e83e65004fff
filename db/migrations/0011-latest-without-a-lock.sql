-- depends: 0004-simulator

-- The simulator's latest number is where a sequence stands. A row would be locked until its writer has committed, which
-- setval does not do: a write stores the number in its own statement, and none waits for another one's commit.

SET LOCAL lock_timeout = '5s';

CREATE SEQUENCE simulator_latest MINVALUE -9223372036854775808;

-- The doors of the release before write the table until they are gone; then a later migration drops both.
CREATE FUNCTION simulator_latest_follows() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM setval('simulator_latest', new.latest);
    RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION simulator_latest_follows() FROM PUBLIC;

CREATE TRIGGER simulator_latest_follows AFTER INSERT OR UPDATE ON simulator
    FOR EACH ROW EXECUTE FUNCTION simulator_latest_follows();

-- Behind the trigger, which holds calls up until this is over: none comes in between.
DO $$
BEGIN
    PERFORM setval('simulator_latest', s.latest) FROM simulator AS s;
END
$$;
