"""PostgreSQL's own log: a slow statement of a door stands in it with the name of its file, and with no value of it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from core.settings import Settings
from db import Database, QueryFailed, messages, open_database, timelines, users
from tests.conftest import signed_in_as
from tests.given import Cast


class ServerLog:
    """What the server has written since the test began."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin = path.stat().st_size

    async def with_words(self, words: str) -> str:
        """All that was written, once it holds these words."""
        for _ in range(100):
            written = self._path.read_bytes()[self._begin :].decode()
            if words in written:
                return written
            await asyncio.sleep(0.02)
        raise AssertionError(f"{words} is not in the log: {written}")


@pytest.fixture
async def log(db: Database) -> ServerLog:
    return ServerLog(Path(await db.pool.fetchval("SHOW data_directory")).parent / "postgres.log")


async def test_a_slow_statement_is_logged_with_its_file_its_plan_and_who_ran_it_and_no_value(
    log: ServerLog, db: Database, settings: Settings, cast: Cast
) -> None:
    query = db.queries["timelines/by_author"]
    slow = replace(query, sql=query.sql.replace("u.username = ", "pg_sleep(0.3) IS NOT NULL AND u.username = "))
    as_site = replace(settings, database_url=signed_in_as("minitwit_site", settings.database_url))
    async with open_database(as_site, service="web") as site:
        door = Database(site.pool, {query.name: slow})
        assert await timelines.by_author(door, username="canary", limit=30) is None
        assert await timelines.by_author(door, username="alice", before=cast.alice_wrote[1], limit=17) != []
    written = await log.with_words("/* timelines/by_author */")
    assert "minitwit_site minitwit-web LOG:  duration: 3" in written
    assert "Index Cond: ((author_id >= u.user_id)" in written
    assert "$1" in written
    for value in ("canary", "alice", "17"):
        assert f"'{value}'" not in written


async def test_the_plan_policy_is_what_keeps_values_out_of_logged_plans(log: ServerLog, db: Database) -> None:
    async with db.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        await connection.fetch(
            "SELECT u.email FROM pg_sleep(0.3) AS slept LEFT JOIN users AS u ON u.username = $1", "canary"
        )
    assert "canary" in await log.with_words("AS slept")


async def test_a_write_that_waited_for_a_lock_is_logged_with_its_file(log: ServerLog, db: Database, cast: Cast) -> None:
    async with db.pool.acquire() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("UPDATE user_counts SET messages = messages")
        posting = asyncio.create_task(messages.post(db, username="alice", content="canary"))
        await asyncio.sleep(0.4)
        await transaction.rollback()
        await posting
    written = await log.with_words("/* messages/post */")
    assert "canary" not in written


async def test_a_quick_statement_is_not_logged(log: ServerLog, db: Database, cast: Cast) -> None:
    await timelines.public(db, limit=30)
    await db.pool.execute("SELECT pg_sleep(0.3)")
    assert "/* timelines/public */" not in await log.with_words("pg_sleep")


async def test_an_error_is_told_to_who_asked_and_not_logged_because_its_details_hold_values(
    log: ServerLog, db: Database, cast: Cast
) -> None:
    await db.pool.execute("ALTER TABLE users ADD CONSTRAINT no_canaries CHECK (username NOT LIKE 'canary%')")
    try:
        with pytest.raises(QueryFailed, match="users/register: CheckViolationError 23514"):
            await users.register(db, username="canary1", email="canary2", password_hash="canary3")
    finally:
        await db.pool.execute("ALTER TABLE users DROP CONSTRAINT no_canaries")
    await db.pool.execute("SELECT pg_sleep(0.3) AS at_last")
    written = await log.with_words("at_last")
    assert "ERROR" not in written
    assert "canary" not in written


async def test_what_the_dba_explains_is_not_logged_because_its_plan_holds_the_values(
    log: ServerLog, db: Database, database_url: str
) -> None:
    connection = await asyncpg.connect(signed_in_as("minitwit_dba", database_url))
    try:
        assert await connection.fetchval("SELECT count(*) FROM pg_sleep(0.3) WHERE 'canary' <> $1", "x") == 1
    finally:
        await connection.close()
    await db.pool.execute("SELECT pg_sleep(0.3) AS at_last")
    assert "canary" not in await log.with_words("at_last")
