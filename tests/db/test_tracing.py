"""PostgreSQL's log names the request that a slow statement ran for: docs/decisions/0013."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest

from core import logs
from db import Database
from db.tracing import Traced

TRACE = "0123456789abcdef-of.a_test"


async def written(db: Database, words: str) -> str:
    """The server's log, once it holds these words."""
    path = Path(await db.pool.fetchval("SHOW data_directory")).parent / "postgres.log"
    for _ in range(100):
        text = path.read_text("utf-8", "replace")
        if words in text:
            return text
        await asyncio.sleep(0.02)
    raise AssertionError(f"{words} is not in the log")


async def test_a_slow_statement_is_logged_with_the_id_of_its_request(db: Database) -> None:
    async with db.pool.acquire() as connection:
        await connection.execute("SET log_min_duration_statement = 20")
        token = logs.trace_id.set(TRACE)
        try:
            await connection.fetch("SELECT /* a test, slow */ pg_sleep(0.05), $1::text", "canary")
        finally:
            logs.trace_id.reset(token)
            await connection.execute("RESET log_min_duration_statement")
    text = await written(db, TRACE)
    assert re.search(rf"duration: [\d.]+ ms  execute \w+/{TRACE}: SELECT /\* a test, slow \*/", text)
    assert "canary" not in text


async def test_statements_are_prepared_once_whatever_the_request(db: Database) -> None:
    async with db.pool.acquire() as connection:
        for request in ("request-1", "request-2", ""):
            token = logs.trace_id.set(request)
            assert await connection.fetchval("SELECT /* a test, prepared once */ $1::int", 7) == 7
            logs.trace_id.reset(token)
        prepared = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%a test, prepared once%'"
        assert await connection.fetchval(prepared + " AND statement NOT LIKE '%pg_prepared%'") == 1


async def test_a_limit_of_time_and_a_mistake_are_what_they_were(db: Database) -> None:
    async with db.pool.acquire() as connection:
        assert isinstance(connection._con, Traced)  # type: ignore[attr-defined]  # of what the pool lends
        token = logs.trace_id.set(TRACE)
        with pytest.raises(TimeoutError):
            await connection.fetch("SELECT pg_sleep(5)", timeout=0.05)
        with pytest.raises(asyncpg.DivisionByZeroError):
            await connection.fetch("SELECT 1 / $1::int", 0)
        assert await connection.fetchval("SELECT 1") == 1
        logs.trace_id.reset(token)


def test_asyncpg_still_runs_statements_the_way_that_this_takes_the_place_of() -> None:
    assert asyncpg.__version__ == "0.32.0", "compare db/tracing.py with Connection._execute of this version"
