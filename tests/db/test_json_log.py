"""deploy/postgres/log.conf: why an ERROR of this database is not written, and that one of the server's own still is."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from db import migrate, roles
from local.postgres import Programs, throw_away
from local.watch.databases import LOG_CONF, logging

FAILING = (
    "CREATE TEMPORARY TABLE taken (name text PRIMARY KEY CHECK (name <> 'canary-check'))",
    "INSERT INTO taken VALUES ('canary-key')",
    "INSERT INTO taken VALUES ('canary-key')",
    "INSERT INTO taken VALUES ('canary-check')",
    "SELECT 'canary-cast'::int",
)


@pytest.fixture(scope="module")
def url(programs: Programs) -> Iterator[str]:
    with throw_away(programs, logging() | {"archive_mode": "on", "archive_command": "false"}) as found:
        migrate.migrate(found)
        assert not roles.grant(found)
        yield found


def told(url: str, *first: str) -> str:
    """What is written while all these fail in one session that began with these settings."""
    with psycopg.connect(url, autocommit=True) as connection:
        (data,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        (log,) = Path(data, "log").glob("*.json")
        begin = log.stat().st_size
        for statement in (*first, *FAILING):
            try:
                connection.execute(statement)
            except psycopg.Error:
                continue
        connection.execute("SET log_min_duration_statement = 0")
        connection.execute("SELECT 1 AS at_last")
    return until(log, "AS at_last", begin)


def until(log: Path, words: str, begin: int = 0) -> str:
    """What was written from there on, once it holds these words: the collector is a process of its own."""
    deadline = time.monotonic() + 20
    while words not in (written := log.read_bytes()[begin:].decode()):
        assert time.monotonic() < deadline, f"{words} is not in the log"
        time.sleep(0.05)
    return written


def test_what_fails_in_this_database_is_not_written(url: str) -> None:
    written = told(url)
    assert "canary" not in written


def test_it_would_be_with_its_values_because_a_log_in_json_keeps_the_detail_of_a_terse_one(url: str) -> None:
    written = told(url, "SET log_min_messages = warning")
    assert logging()["log_error_verbosity"] == "terse"
    assert "Key (name)=(canary-key) already exists." in written
    assert "Failing row contains (canary-check)." in written
    assert 'invalid input syntax for type integer: \\"canary-cast\\"' in written


def test_what_fails_in_the_servers_own_work_is_written(url: str) -> None:
    """The archiver has no database, so this database's setting is not its."""
    with psycopg.connect(url, autocommit=True) as connection:
        (data,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        connection.execute("SELECT pg_switch_wal()")
    (log,) = Path(data, "log").glob("*.json")
    written = until(log, "failed too many times")  # after three attempts, a second each
    lines = [json.loads(line) for line in written.splitlines() if line.endswith("}")]
    (warning,) = [line for line in lines if "failed too many times" in line["message"]]
    assert (warning["error_severity"], warning["backend_type"]) == ("WARNING", "archiver")
    assert "log_min_messages" not in LOG_CONF.read_text("utf-8"), "there it would be silent, too"
