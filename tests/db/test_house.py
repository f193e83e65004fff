"""numbers: what Prometheus is told of the house is what is in it; without a database it is told of no more."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from core import metrics
from core.settings import Settings
from db import Database, followers, health, lending, messages, migrate, numbers, open_database, pool, simulator, users
from tests import given


def told(name: str) -> dict[str, float]:
    """The series of this metric, as Prometheus would read them: `{'{followers="0"}': 2.0}`, `{"": 3.0}`."""
    page = metrics.page().decode()
    return {found[1]: float(found[2]) for found in re.finditer(rf"^{name}(\{{.*\}})? (.*)$", page, re.MULTILINE)}


def just(amount: float) -> dict[str | None, float]:
    return {None: amount}


async def test_everything_is_counted_once(db: Database, cast: given.Cast) -> None:
    found = await numbers.house(db)
    assert found is not None
    assert (found.users, found.messages, found.follows) == (3, 2, 1)
    assert (found.followed_by_none, found.followed_by_few, found.followed_by_tens) == (2, 1, 0)
    assert found.migration == health.migrations_needed()[-1]


async def test_hidden_messages_and_ended_follows_do_not_count(db: Database, cast: given.Cast) -> None:
    await messages.hide(db, message_id=cast.alice_wrote[0])
    assert await followers.unfollow(db, who="bob", whom="alice")
    found = await numbers.house(db)
    assert found is not None
    assert (found.users, found.messages, found.follows) == (3, 1, 0)


async def test_ranges_begin_at_one_ten_a_hundred_and_a_thousand(db: Database) -> None:
    await asyncio.gather(*(given.user(db, f"user {number}") for number in range(9)))
    counts = (0, 1, 9, 10, 99, 100, 999, 1000, 1_000_000)
    await db.pool.executemany(
        "UPDATE user_counts SET followers = $2 WHERE user_id = $1", list(enumerate(counts, start=1))
    )
    await numbers.Numbers(db).tell()
    assert told("minitwit_users_by_followers") == {
        f'{{followers="{bounds}"}}': people
        for bounds, people in (("0", 1), ("1-9", 2), ("10-99", 2), ("100-999", 2), ("1000+", 2))
    }


async def test_the_numbers_are_asked_for_twice_a_minute_and_the_latest_number_each_time(
    db: Database, cast: given.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = numbers.Numbers(db, with_latest=True)
    for number in (7, 8):
        await simulator.record(db, latest=number)
        await given.user(db, f"newcomer {number}")
        await asked.tell()
        assert told("simulator_latest") == just(number)
        assert told("minitwit_users") == just(4), "three and the first newcomer"
    monkeypatch.setattr(numbers, "FRESH", 0.0)
    asked = numbers.Numbers(db)
    await asked.tell()
    assert told("minitwit_users") == just(5)
    await given.user(db, "another")
    await asked.tell()
    assert told("minitwit_users") == just(6)


async def test_what_is_not_known_any_more_is_not_told(
    db: Database, cast: given.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "FRESH", 0.0)
    asked = numbers.Numbers(db, with_latest=True)
    await simulator.record(db, latest=7)
    await asked.tell()
    assert told("db_schema_info") == {f'{{migration="{health.migrations_needed()[-1]}"}}': 1}

    async with db.pool.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE user_counts")  # nobody reads them now
        monkeypatch.setattr(numbers, "PATIENCE", 0.1)
        await asked.tell()
        for name in ("minitwit_users", "minitwit_messages", "minitwit_follows", "minitwit_users_by_followers"):
            assert told(name) == {}
        assert told("simulator_latest") == told("db_schema_info") == {}
    assert told("db_pool_connections")['{state="allowed"}'] == db.pool.get_max_size()

    await asked.tell()
    assert told("minitwit_users") == just(3), "it is back as soon as the database is"


@pytest.fixture
async def alone(settings: Settings, db: Database) -> AsyncIterator[Database]:
    """The same database by a single connection."""
    one = replace(settings, database_pool_min=1, database_pool_max=1)
    async with open_database(one, service="alone") as database:
        yield database


async def test_a_database_that_is_frozen_does_not_hold_the_page_up(alone: Database, cast: given.Cast) -> None:
    """It has not gone: connections stay open, and nothing ever comes back, not even that a statement was cancelled."""
    asked = numbers.Numbers(alone, with_latest=True)
    await asked.tell()
    assert told("minitwit_users") == just(3)
    server = await alone.pool.fetchval("SELECT pg_backend_pid()")
    os.kill(server, signal.SIGSTOP)
    try:
        for _ in range(2):
            started = time.monotonic()
            await asked.tell()
            assert time.monotonic() - started < 1.0
            assert told("minitwit_users") == told("db_schema_info") == {}
    finally:
        os.kill(server, signal.SIGCONT)
    await asked.tell()
    assert told("minitwit_users") == just(3), "it is back as soon as the database is"


async def test_who_asks_at_the_same_moment_shares_the_answer(alone: Database, cast: given.Cast) -> None:
    asked = numbers.Numbers(alone, with_latest=True)
    before = metrics.query_rows._values["numbers/house",]
    await asyncio.gather(*(asked.tell() for _ in range(5)))
    assert metrics.query_rows._values["numbers/house",] == before + 1


@pytest.fixture
async def another(settings: Settings, empty_database: str) -> AsyncIterator[Database]:
    """A database that only this test has written to: other sessions tell of their rows seconds later."""
    migrate.migrate(empty_database)
    one = replace(settings, database_url=empty_database, database_pool_min=1, database_pool_max=1)
    async with open_database(one, service="alone") as database:
        yield database


async def written(another: Database) -> dict[str, int]:
    """What PostgreSQL has counted, by the columns of deploy/postgres_exporter/queries.yaml."""
    await another.pool.fetch("SELECT pg_stat_force_next_flush()")
    rows = await another.pool.fetch("SELECT relname, n_tup_ins, n_tup_del FROM pg_stat_user_tables")
    inserted = {row["relname"]: row["n_tup_ins"] for row in rows}
    (unfollowed,) = [row["n_tup_del"] for row in rows if row["relname"] == "followers"]
    return {table: inserted[table] for table in ("users", "messages", "followers")} | {"unfollowed": unfollowed}


async def test_postgresql_counts_a_row_when_something_was_written_and_only_then(another: Database) -> None:
    """A minute's registrations, messages, follows and unfollows are made of this."""
    cast = await given.cast(another)
    before = {"users": 3, "messages": 2, "followers": 1, "unfollowed": 0}
    assert await written(another) == before

    assert not await users.register(another, username="alice", email="a@b", password_hash="x")
    assert not await messages.post(another, username="nobody", content="Hello")
    assert await followers.follow(another, who="bob", whom="alice")
    assert not await followers.follow(another, who="bob", whom="nobody")
    assert await followers.unfollow(another, who="charlie", whom="alice")
    assert await messages.hide(another, message_id=cast.alice_wrote[0])
    assert await written(another) == before, "taken, nobody, again, nobody, not at all, and what only changes a row"

    assert await followers.unfollow(another, who="bob", whom="alice")
    assert await written(another) == before | {"unfollowed": 1}


async def test_who_waits_for_a_connection_is_told(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "PATIENCE", 0.2)
    held = [await db.lending.lend() for _ in range(db.pool.get_max_size())]
    before = metrics.pool_waits._values[()]
    with pytest.raises(pool.Unavailable):
        await simulator.latest(db)
    assert metrics.pool_waits._values[()] == before + 1
    assert told("db_pool_waiting") == just(0), "it gave up"
    for connection in held:
        await db.lending.take_back(connection)
