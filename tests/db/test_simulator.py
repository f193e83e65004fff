"""simulator: the last number wins, for all replicas."""

import asyncio

from db import Database, simulator


async def test_there_is_no_latest_number_before_the_first(db: Database) -> None:
    assert await simulator.latest(db) is None


async def test_the_last_number_wins_also_when_it_is_smaller(db: Database) -> None:
    for number in (5, 2**63 - 1, -(2**63), 3):
        await simulator.record(db, latest=number)
        assert await simulator.latest(db) == number
    assert await db.pool.fetchval("SELECT count(*) FROM simulator") == 1


async def test_many_at_once_leave_one_of_their_numbers(db: Database) -> None:
    await asyncio.gather(*(simulator.record(db, latest=number) for number in range(30)))
    assert await simulator.latest(db) in range(30)


async def test_only_the_number_is_written_without_waiting_for_the_disk(db: Database) -> None:
    async with db.pool.acquire() as connection:
        before = await connection.fetchval("SHOW synchronous_commit")
        await connection.execute(db.queries["simulator/record"].sql.replace("$1", "7"))
        assert await connection.fetchval("SHOW synchronous_commit") == before
