"""Several hosts in one URL: in which order they are asked, when connections are replaced, and what is never said."""

import time
from dataclasses import replace
from typing import Any

import pytest

from core.settings import Settings
from db import Database, NotReady, QueryFailed, Unavailable, messages, open_database, primary, timelines
from local.postgres import free_port
from tests.conftest import Events


async def connections(db: Database) -> set[int]:
    """The numbers of the server's processes behind the pool."""
    rows = await db.pool.fetch("SELECT pid FROM pg_stat_activity WHERE application_name = 'minitwit-moving'")
    return {row["pid"] for row in rows}


def hosts_of(db: Database) -> primary.Hosts:
    pool: Any = db.pool
    hosts: primary.Hosts = pool._connect.__self__
    return hosts


@pytest.fixture
def one(settings: Settings) -> Settings:
    """A pool of a single connection, whose number tells whether it was replaced."""
    return replace(settings, database_pool_min=1, database_pool_max=1)


async def test_the_host_that_was_used_last_is_asked_first(settings: Settings) -> None:
    account, _, place = settings.database_url.rpartition("@")
    good = place.partition("/")[0]
    hosts = primary.Hosts(f"{account}@127.0.0.1:{free_port()},{place}")
    assert list(hosts.urls) == [host for host in hosts.urls if host != good] + [good]
    await (await hosts.connect(timeout=5)).close()
    assert hosts.used == good
    hosts.urls = {dead: "not even a URL" for dead in hosts.urls if dead != good} | {good: hosts.urls[good]}
    await (await hosts.connect(timeout=5)).close()


async def test_when_another_host_is_the_primary_every_connection_is_replaced_and_it_is_logged_once(
    one: Settings, db: Database, events: Events
) -> None:
    async with open_database(one, service="moving") as moving:
        before = await connections(moving)
        hosts = hosts_of(moving)
        hosts.used = "elsewhere:5432"
        for _ in range(2):
            await (await hosts.connect(timeout=5)).close()
        assert await connections(moving) & before == set()
    here = next(iter(hosts.urls))
    said = [event["message"] for event in events.all if "primary" in event["message"]]
    assert said == [f"The primary is {here} now; before it was elsewhere:5432"]


async def test_a_server_that_takes_no_writes_any_more_is_left_once_a_second(one: Settings, db: Database) -> None:
    frugal = replace(one, database_url=f"{one.database_url}?default_transaction_read_only=on")
    async with open_database(frugal, service="moving") as moving:

        async def refused() -> bool:
            """Whether another connection is used after a write was refused."""
            before = await connections(moving)
            with pytest.raises(Unavailable, match="messages/post: ReadOnlySQLTransactionError 25006"):
                await messages.post(moving, username="alice", content="Hello")
            return await connections(moving) != before

        assert await refused()
        assert not await refused(), (
            "not again at once: whoever is read only for long is no reason to reconnect for long"
        )
        moving._expired = time.monotonic() - 1.1
        assert await refused()


async def test_what_went_wrong_with_a_statement_replaces_no_connection(one: Settings, db: Database) -> None:
    async with open_database(one, service="moving") as moving:
        before = await connections(moving)
        with pytest.raises(QueryFailed):
            await timelines.public(moving, limit=2**70)
        assert await connections(moving) == before


async def test_a_refused_write_says_why_of_each_host(one: Settings, db: Database) -> None:
    async with open_database(one, service="moving") as moving:
        hosts = hosts_of(moving)
        nobody = f"127.0.0.1:{free_port()}"
        hosts.urls = {nobody: f"postgresql://u:p@{nobody}/d"}
        await moving.pool.expire_connections()
        with pytest.raises(Unavailable, match=f"timelines/public: {nobody}: ConnectionRefusedError"):
            await timelines.public(moving, limit=1)


@pytest.mark.parametrize("password", ["ca/nary", "ca?nary", "ca#nary", "123/nary"])
async def test_no_part_of_a_password_is_taken_for_a_host_and_said(settings: Settings, password: str) -> None:
    broken = replace(settings, database_url=f"postgresql://minitwit:{password}@127.0.0.1:1/d")
    with pytest.raises(NotReady) as found:
        async with open_database(broken, service="moving"):
            pass
    words = "DATABASE_URL holds a password with a /, ? or # in it, which has to be written %2F, %3F or %23"
    assert str(found.value) == words
