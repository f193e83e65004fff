-- Runs a statement inside another one, so that the buffers of the outer one are those of all that the inner one does:
-- EXPLAIN leaves out triggers, foreign keys and what else runs after the plan. Gone with the session.

CREATE OR REPLACE FUNCTION pg_temp.whole(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
END
$$;
