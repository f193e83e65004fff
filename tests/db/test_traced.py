"""The trace id in PostgreSQL's own line of a slow statement, handed over as the name of the portal."""

import asyncio
import inspect
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from core import logs
from core.settings import Settings
from db import Database, open_database, timelines
from db.traced import Traced

TRACE = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def traced() -> str:
    """The test is a request of this name."""
    logs.trace_id.set(TRACE)
    return TRACE


async def logged(db: Database, words: str) -> str:
    """The line of the server's log that holds these words, once there is one."""
    path = Path(await db.pool.fetchval("SHOW data_directory")).parent / "postgres.log"
    for _ in range(100):
        if found := [line for line in path.read_text("utf-8").splitlines() if words in line]:
            return found[-1]
        await asyncio.sleep(0.02)
    raise AssertionError(f"no line holds {words}")


async def slow(connection: Any, mark: str) -> None:
    """A statement that the server writes down, because every one of this session is."""
    await connection.execute("SET log_min_duration_statement = 0")
    await connection.fetch(f"SELECT 1 AS {mark}")
    await connection.execute("RESET log_min_duration_statement")


async def test_the_line_of_a_slow_statement_carries_the_trace_id(db: Database, traced: str) -> None:
    async with db.pool.acquire() as connection:
        await slow(connection, "traced_one")
    assert f"/{TRACE}: SELECT 1 AS traced_one" in await logged(db, "AS traced_one")


async def test_outside_a_request_it_carries_none(db: Database) -> None:
    logs.trace_id.set("")
    async with db.pool.acquire() as connection:
        await slow(connection, "traced_none")
    assert "/" not in (await logged(db, "AS traced_none")).partition("execute")[2]


async def test_two_statements_of_one_request_may_share_a_transaction(db: Database, traced: str) -> None:
    async with db.pool.acquire() as connection, connection.transaction():
        assert await connection.fetchval("SELECT $1::int", 1) == 1
        assert await connection.fetchval("SELECT $1::int", 2) == 2


async def test_a_statement_that_failed_leaves_no_portal_behind(db: Database, traced: str) -> None:
    async with db.pool.acquire() as connection:
        for _ in range(2):
            with pytest.raises(asyncpg.DivisionByZeroError):
                await connection.fetch("SELECT 1 / $1::int", 0)
        logs.trace_id.set("")
        assert await connection.fetch("SELECT FROM pg_cursors WHERE name = $1", traced) == []


async def test_statements_stay_prepared_and_have_a_limit_of_time(settings: Settings, traced: str) -> None:
    async with open_database(settings, service="tests") as database, database.pool.acquire() as connection:
        for _ in range(3):
            await connection.fetchval("SELECT count(*) FROM pg_prepared_statements WHERE $1", True)
        prepared = await connection.fetch("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%$1'")
        assert len(prepared) == 1
        with pytest.raises(TimeoutError):
            await connection.fetch("SELECT pg_sleep(5)", timeout=0.1)
        assert await timelines.public(database, limit=1) == []


def test_what_is_not_public_of_asyncpg_is_as_it_was_when_this_was_written() -> None:
    """Fails at the upgrade that changes it. `Traced` may go then: only trace ids in PostgreSQL's lines depend on it."""
    theirs: Any = asyncpg.Connection
    assert [*inspect.signature(theirs._execute).parameters] == [
        *("self", "query", "args", "limit", "timeout"),
        *("return_status", "ignore_custom_codec", "record_class"),
    ]
    assert [*inspect.signature(theirs._do_execute).parameters] == [
        *("self", "query", "executor", "timeout", "retry", "ignore_custom_codec", "record_class")
    ]
    assert Traced.__slots__ == (), "a connection of ours is one of theirs"
