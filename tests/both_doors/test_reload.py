"""A query is released while both doors are in use: no request fails, and a mistake gets no further than the log."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from core.settings import Settings
from db import Database, migrate, open_database
from tests import given
from tests.both_doors.copied import Copy, running

pytestmark = pytest.mark.alone  # an answer later than 0.3 s is a failure

SLOW = 0.3
"""Seconds after which the simulator gives up."""


class Load:
    """What clients saw who asked all the time: the answers that were no success, and the seconds each took."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.took: list[float] = []
        self.over = asyncio.Event()

    async def ask(self, what: Callable[[], Awaitable[aiohttp.ClientResponse]]) -> None:
        started = time.perf_counter()
        try:
            answer = await what()
            await answer.read()
            if answer.status not in {200, 204}:
                self.failed.append(f"{answer.url.path} {answer.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            self.failed.append(type(error).__name__)
        self.took.append(time.perf_counter() - started)

    @property
    def slow(self) -> list[float]:
        return [seconds for seconds in self.took if seconds >= SLOW]

    async def client(self, site: str, api: str) -> None:
        """Reads at both doors, and now and then writes."""
        async with given.browser(site) as browser, aiohttp.ClientSession(api, headers=given.SIMULATOR) as program:
            while not self.over.is_set():
                await self.ask(lambda: browser.get("/public"))
                await self.ask(lambda: program.get("/msgs"))
                await self.ask(lambda: browser.get("/alice"))
                await self.ask(lambda: program.post("/msgs/charlie", json={"content": "and on it goes"}))
                await asyncio.sleep(0.02)


@asynccontextmanager
async def under_load(copy: Copy, clients: int = 8) -> AsyncIterator[Load]:
    load = Load()
    site, api = (door.url for door in copy.doors)
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(load.client(site, api))
        yield load
        load.over.set()


async def versions(copy: Copy) -> list[str]:
    """The hash of the queries in force at each door."""
    pages = [await door.metrics() for door in copy.doors]
    return [page.partition('db_query_files{hash="')[2].partition('"')[0] for page in pages]


async def shown(copy: Copy) -> list[int]:
    """How many messages each door shows."""
    site, api = (door.url for door in copy.doors)
    async with given.browser(site) as browser, aiohttp.ClientSession(api, headers=given.SIMULATOR) as program:
        page = await (await browser.get("/public")).text()
        return [page.count("<article"), len(await (await program.get("/msgs")).json())]


async def test_a_release_and_a_mistake_under_load_fail_no_request(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    await given.cast(db)
    async with running(tmp_path, settings) as copy:
        before = await versions(copy)
        async with under_load(copy) as load:
            await asyncio.sleep(0.5)

            copy.edit("LIMIT :limit", "LIMIT least(:limit, 1)")
            code, said, _ = await copy.command("reload")
            assert code == 0
            assert said.startswith(f"Asked the site, process {copy.doors[0].process.pid}.\nAsked the API, process ")
            await copy.until("Reloaded timelines/public")
            assert await shown(copy) == [1, 1]
            released = await versions(copy)
            assert len({*before, *released}) == 2, "both doors had the same text, and both have the same new one"
            assert f'db_query_files{{hash="{released[0]}"}}' in said

            copy.edit("m.content", "m.contents")
            code, _, complained = await copy.command("reload")
            line = copy.public.read_text().splitlines().index("    m.contents,") + 1
            place = f"db/sql/timelines/public.sql:{line}: PostgreSQL refuses it: column m.contents does not exist"
            assert code == 1, "the one who made the mistake is told, and no door is asked"
            assert complained.startswith(place)
            copy.hang_up()
            await copy.until(f"Reload refused, the queries in force stay: {place}")
            assert await shown(copy) == [1, 1]

            copy.edit("m.content,", "m.content AS words,")
            copy.hang_up()
            await copy.until("returns (message_id, author, words, published_at), Message has (message_id,")
            copy.public.write_text(copy.good.partition("LIMIT")[0])
            copy.hang_up()
            await copy.until("does not end with its statement")
            assert await versions(copy) == released

            copy.public.write_text(copy.good)
            copy.hang_up()
            await copy.until("Reloaded timelines/public")
            assert min(await shown(copy)) > 1
            await asyncio.sleep(0.5)
        assert await versions(copy) == before
        for door in copy.doors:
            page = await door.metrics()
            for result, times in (("swapped", 2), ("unchanged", 0), ("refused", 3)):
                assert f'db_query_reloads_total{{result="{result}"}} {times}.0\n' in page
            assert page.count("db_query_files{") == 1
    assert load.failed == []
    assert len(load.slow) <= len(load.took) // 100, "a busy machine may be slow once, a reload is not"
    assert len(load.took) >= 200


async def test_a_folder_that_is_watched_needs_no_signal(db: Database, settings: Settings, tmp_path: Path) -> None:
    await given.cast(db)
    async with running(tmp_path, settings, WATCH_SQL="true") as copy, under_load(copy) as load:
        copy.public.write_text(copy.good.partition("LIMIT")[0])
        await copy.until("Reload refused, the queries in force stay: db/sql/timelines/public.sql:")
        copy.edit("LIMIT :limit", "LIMIT least(:limit, 1)")
        await copy.until("Reloaded timelines/public")
        assert await shown(copy) == [1, 1]
        await asyncio.sleep(0.3)
    assert load.failed == []
    assert len(load.slow) <= len(load.took) // 100, "a busy machine may be slow once, a reload is not"
    assert len(load.took) >= 50


async def test_a_schema_that_changes_under_load_fails_no_request(
    settings: Settings, session_db: Database, empty_database: str, tmp_path: Path
) -> None:
    """A column more, and another type of one that is returned: asyncpg prepares the statement once more by itself."""
    there = replace(settings, database_url=empty_database)
    migrate.migrate(empty_database)
    async with running(tmp_path, there) as copy, open_database(there, service="tests") as db:
        await given.cast(db)
        async with under_load(copy) as load:
            for change in (
                "ALTER TABLE messages ADD COLUMN language text",
                "ALTER TABLE messages ALTER COLUMN content TYPE varchar",
                "ALTER TABLE users ADD COLUMN born date",
                "ALTER TABLE users ALTER COLUMN username TYPE varchar",
            ):
                await asyncio.sleep(0.5)
                await db.pool.execute(change)
            await asyncio.sleep(0.5)
    assert load.failed == []
    assert len(load.slow) <= len(load.took) // 100, "a busy machine may be slow once, a reload is not"
    assert len(load.took) >= 200


async def test_these_clients_would_notice_a_query_that_fails(site: str, api: str, db: Database) -> None:
    await given.cast(db)
    load = Load()
    client = asyncio.create_task(load.client(site, api))
    await db.pool.execute("ALTER TABLE messages RENAME TO elsewhere")
    try:
        for _ in range(500):
            if len(load.failed) >= 4:
                break
            await asyncio.sleep(0.01)
    finally:
        await db.pool.execute("ALTER TABLE elsewhere RENAME TO messages")
        load.over.set()
        await client
    assert {"/public 500", "/msgs 500"} <= set(load.failed)


async def test_where_no_door_runs_the_command_says_so(db: Database, settings: Settings, tmp_path: Path) -> None:
    code, said, complained = await Copy(tmp_path, settings).command("reload")
    assert (code, said) == (1, "")
    assert complained == f"The files are good, but no door runs that this user started in {tmp_path}\n"
