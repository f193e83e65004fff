-- What stands in for the simulator's number while a query that stores it is explained: no rollback takes setval back.
-- A temporary sequence is found before the one of this name that stays, and is gone with its transaction.

CREATE TEMPORARY SEQUENCE simulator_latest MINVALUE -9223372036854775808;
