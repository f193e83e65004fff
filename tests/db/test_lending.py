"""Lending: whose turn it is, where a connection rests, and how those that ended are replaced."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from core import metrics
from core.settings import Settings
from db import Database, Unavailable, Unstorable, lending, open_database, timelines, users

OF_ITS_SERVICE = "FROM pg_stat_activity WHERE application_name = $1"


async def all_of(db: Database) -> list[Any]:
    """Every connection it may have, lent."""
    return [await asyncio.wait_for(db.lending.lend(), 5) for _ in range(db.pool.get_max_size())]


async def all_made(db: Database) -> None:
    """Every connection it may have is open, and free."""
    for connection in await all_of(db):
        await db.lending.take_back(connection)


@asynccontextmanager
async def all_lent(settings: Settings) -> AsyncIterator[tuple[Database, list[Any]]]:
    """A pool whose connections are all at work: in the end those in the list are taken back."""
    async with open_database(settings, service="web") as db:
        lent = await all_of(db)
        yield db, lent
        for connection in lent:
            await db.lending.take_back(connection)
        await none_is_lost(db)


async def none_is_lost(db: Database) -> None:
    """Nor is one there twice."""
    every = await all_of(db)
    assert len(set(every)) == db.pool.get_max_size()
    for connection in every:
        await db.lending.take_back(connection)


@asynccontextmanager
async def over_a_wire(url: str) -> AsyncIterator[str]:
    """The same database by way of a wire that does not tell when the server hangs up."""
    place = urlsplit(url)
    ends: list[asyncio.StreamWriter] = []

    async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while said := await source.read(65536):
            target.write(said)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_said, to_server = await asyncio.open_connection(place.hostname, place.port)
        ends.extend((writer, to_server))
        await asyncio.gather(carry(reader, to_server), carry(server_said, writer))

    wire = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        port = wire.sockets[0].getsockname()[1]
        yield place._replace(netloc=f"{place.username}:{place.password}@127.0.0.1:{port}").geturl()
    finally:
        wire.close()
        for end in ends:
            end.close()


async def test_a_connection_that_has_done_its_work_serves_the_next_statement(settings: Settings) -> None:
    async with open_database(settings, service="web") as db:
        first = await db.lending.lend()
        await db.lending.take_back(first)
        assert await db.lending.lend() is first
        await db.lending.take_back(first)


async def test_no_more_connections_rest_than_a_door_holds_open(settings: Settings) -> None:
    three = replace(settings, database_pool_min=2, database_pool_max=3)
    async with open_database(three, service="web") as db:
        await all_made(db)
        async with db.pool.acquire(timeout=1.0):
            pass  # the pool has one for whoever asks it
        db.lending.count()
        page = metrics.page().decode()
        assert 'db_pool_connections{state="idle"} 3' in page
        assert 'db_pool_connections{state="busy"} 0' in page


async def test_who_waits_gets_the_next_connection_that_is_free(settings: Settings) -> None:
    async with open_database(settings, service="web") as db:
        lent = [await db.lending.lend() for _ in range(settings.database_pool_max)]
        waiting = asyncio.create_task(db.lending.lend())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        first = lent.pop()
        await db.lending.take_back(first)
        assert await asyncio.wait_for(waiting, 1) is first
        for connection in (first, *lent):
            await db.lending.take_back(connection)


async def test_who_has_waited_longest_is_first(settings: Settings) -> None:
    async with all_lent(settings) as (db, lent):
        waiting = [asyncio.create_task(db.lending.lend()) for _ in range(3)]
        await asyncio.sleep(0.05)
        expected = lent[:3]
        for connection in expected:
            await db.lending.take_back(connection)
        assert await asyncio.gather(*waiting) == expected


async def test_what_comes_back_goes_past_those_who_wait_no_more(settings: Settings) -> None:
    async with all_lent(settings) as (db, lent):
        gone, patient = (asyncio.create_task(db.lending.lend()) for _ in range(2))
        await asyncio.sleep(0.05)
        gone.cancel()
        await db.lending.take_back(lent[0])
        assert await patient is lent[0]


async def test_a_connection_handed_over_a_moment_too_late_is_not_lost(settings: Settings) -> None:
    async with all_lent(settings) as (db, lent):
        waiting = asyncio.create_task(db.lending.lend())
        await asyncio.sleep(0.05)
        await db.lending.take_back(lent[0])
        waiting.cancel()  # which has it already, and has not been told
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await asyncio.wait_for(db.lending.lend(), 1) is lent[0]


async def test_who_waits_for_a_connection_that_broke_gets_a_new_one(settings: Settings) -> None:
    async with all_lent(settings) as (db, lent):
        waiting = asyncio.create_task(db.lending.lend())
        await asyncio.sleep(0.05)
        lent[0].terminate()
        await db.lending.give_up(lent[0])
        lent[0] = await asyncio.wait_for(waiting, 5)
        assert await lent[0].fetchval("SELECT 1") == 1


async def test_who_waits_while_all_are_renewed_gets_a_new_one(settings: Settings) -> None:
    async with all_lent(settings) as (db, lent):
        before = {connection.get_server_pid() for connection in lent}
        waiting = asyncio.create_task(db.lending.lend())
        await asyncio.sleep(0.05)
        await db.lending.renew()
        await db.lending.take_back(lent[0])
        lent[0] = await asyncio.wait_for(waiting, 5)
        assert lent[0].get_server_pid() not in before


async def test_after_a_rush_no_more_rest_than_a_door_holds_open(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "RESTS", 0.1)
    async with open_database(settings, service="web") as db:
        await all_made(db)
        assert len(db.lending._resting) == settings.database_pool_max - 1
        last = db.lending._resting[-settings.database_pool_min :]
        await asyncio.sleep(0.3)
        assert db.lending._resting == last
        assert db.pool.get_idle_size() == settings.database_pool_max - settings.database_pool_min
        await none_is_lost(db)


async def test_a_connection_that_ended_while_it_rested_is_not_lent(settings: Settings, db: Database) -> None:
    async with open_database(settings, service="web") as other:
        connection = await other.lending.lend()
        ended = connection.get_server_pid()
        await other.lending.take_back(connection)
        await db.pool.fetchval("SELECT pg_terminate_backend($1, 5000)", ended)
        await asyncio.sleep(0.1)
        assert await timelines.public(other, limit=1) == [], "nobody notices"


async def test_a_statement_that_failed_gives_its_connection_back(settings: Settings) -> None:
    async with open_database(settings, service="web") as db:
        idle = db.pool.get_idle_size()
        with pytest.raises(Unstorable):
            await users.credentials(db, username="\0")
        assert db.pool.get_idle_size() == idle


async def test_all_connections_are_other_ones_after_they_were_renewed(settings: Settings) -> None:
    async with open_database(settings, service="web") as db:
        resting, lent = await db.lending.lend(), await db.lending.lend()
        before = {resting.get_server_pid(), lent.get_server_pid()}
        await db.lending.take_back(resting)
        await db.lending.renew()
        await db.lending.take_back(lent)
        after = [await db.lending.lend() for _ in range(settings.database_pool_max)]
        assert not before & {connection.get_server_pid() for connection in after}
        for connection in after:
            await db.lending.take_back(connection)


async def test_connections_cut_while_they_rest_leave_room_for_others(settings: Settings) -> None:
    """Cut without a word, as by a network: the pool may not have noticed yet."""
    async with open_database(settings, service="web") as db:
        await all_made(db)
        for connection in db.lending._resting:
            connection._con._protocol.abort()
        await none_is_lost(db)


async def test_connections_that_broke_are_replaced_without_a_restart(settings: Settings, db: Database) -> None:
    async with open_database(settings, service="broken") as broken:
        await all_made(broken)
        killed = await db.pool.fetchval(f"SELECT count(pg_terminate_backend(pid)) {OF_ITS_SERVICE}", "minitwit-broken")
        assert killed == settings.database_pool_max
        for _ in range(20):
            try:
                assert await timelines.public(broken, limit=1) == []
            except Unavailable:
                await asyncio.sleep(0.05)
        assert await timelines.public(broken, limit=1) == []


async def test_of_connections_that_the_server_is_ending_one_fails_and_the_others_are_replaced(
    settings: Settings, db: Database
) -> None:
    """Each has read that its server goes, none that it has gone: asyncpg neither uses them nor calls them closed."""
    async with (
        over_a_wire(settings.database_url) as url,
        open_database(replace(settings, database_url=url), service="ending") as ending,
    ):
        await all_made(ending)
        await db.pool.fetch(f"SELECT pg_terminate_backend(pid, 5000) {OF_ITS_SERVICE}", "minitwit-ending")
        await asyncio.sleep(0.1)
        with pytest.raises(Unavailable, match="InternalClientError"):
            await timelines.public(ending, limit=1)
        for _ in range(settings.database_pool_max):
            assert await timelines.public(ending, limit=1) == []
