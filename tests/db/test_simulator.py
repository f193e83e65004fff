"""simulator: the last number wins, for all replicas."""

import asyncio

from db import Database, followers, messages, simulator
from tests.given import Cast


async def test_there_is_no_latest_number_before_the_first(db: Database) -> None:
    assert await simulator.latest(db) is None


async def test_the_last_number_wins_also_when_it_is_smaller(db: Database) -> None:
    for number in (5, 2**63 - 1, -(2**63), 3):
        await simulator.record(db, latest=number)
        assert await simulator.latest(db) == number


async def test_many_at_once_leave_one_of_their_numbers(db: Database) -> None:
    await asyncio.gather(*(simulator.record(db, latest=number) for number in range(30)))
    assert await simulator.latest(db) in range(30)


async def test_only_the_number_is_written_without_waiting_for_the_disk(db: Database) -> None:
    async with db.pool.acquire() as connection:
        before = await connection.fetchval("SHOW synchronous_commit")
        assert await connection.fetchval(db.queries["simulator/record"].sql, 7) == 7
        assert await connection.fetchval("SHOW synchronous_commit") == before


async def test_a_write_stores_the_number_of_its_call(db: Database, cast: Cast) -> None:
    assert await messages.post(db, username="alice", content="Hello", latest=1)
    assert await simulator.latest(db) == 1
    for number, change in enumerate((followers.follow, followers.follow, followers.unfollow, followers.unfollow), 2):
        assert await change(db, who="charlie", whom="alice", latest=number)
        assert await simulator.latest(db) == number


async def test_a_write_without_a_number_leaves_that_of_the_latest_call(db: Database, cast: Cast) -> None:
    await simulator.record(db, latest=7)
    assert await messages.post(db, username="alice", content="Hello")
    assert await followers.follow(db, who="charlie", whom="alice")
    assert await followers.unfollow(db, who="charlie", whom="alice")
    assert await simulator.latest(db) == 7


async def test_no_call_waits_for_the_commit_of_another(db: Database, cast: Cast) -> None:
    async with db.pool.acquire() as connection, connection.transaction():
        await connection.fetch(db.queries["messages/post"].sql, "Hello", 1, "alice")
        assert await simulator.latest(db) == 1, "the number is there before the message"
        assert await asyncio.wait_for(messages.post(db, username="bob", content="Hello", latest=2), 2)
        assert await simulator.latest(db) == 2
