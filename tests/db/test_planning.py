"""The plan policy and the limits: each role has them from PostgreSQL, they hold, and a door says when it has others."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from core.settings import Settings
from db import Database, Unavailable, messages, open_database, planning
from tests.conftest import Events, signed_in_as, site_running
from tests.given import Cast

POLICY = {
    "minitwit_site": ("force_generic_plan", "off", "off", "10s", "3s", "5s"),
    "minitwit_api": ("force_generic_plan", "off", "off", "10s", "3s", "5s"),
    "minitwit_dba": ("force_generic_plan", "off", "on", "1min", "1s", "1min"),
    "minitwit_metrics": ("force_generic_plan", "off", "on", "5s", "1s", "5s"),
    "minitwit": ("force_generic_plan", "off", "off", "0", "0", "0"),
}
"""As db/README.md has it; the last is the owner, or whoever else connects to this database."""

SHOWN = (
    *("plan_cache_mode", "jit", "default_transaction_read_only"),
    *("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"),
)


@pytest.mark.parametrize("role", POLICY)
async def test_each_role_gets_the_policy_from_postgresql(role: str, database_url: str) -> None:
    url = database_url if role == "minitwit" else signed_in_as(role, database_url)
    connection = await asyncpg.connect(url)
    try:
        assert tuple([await connection.fetchval(f"SHOW {name}") for name in SHOWN]) == POLICY[role]
    finally:
        await connection.close()


async def test_what_a_dba_changes_in_sql_holds_for_new_connections(
    db: Database, settings: Settings, cast: Cast
) -> None:
    """Also shown: each limit ends what it is there to end. The role's own are longer than a test should take."""
    as_site = replace(settings, database_url=signed_in_as("minitwit_site", settings.database_url))
    for name in SHOWN[3:]:
        await db.pool.execute(f"ALTER ROLE minitwit_site IN DATABASE postgres SET {name} = '200ms'")
    try:
        async with open_database(as_site, service="web") as site:
            with pytest.raises(asyncpg.QueryCanceledError):
                await site.pool.fetch("SELECT pg_sleep(5)")
            async with db.pool.acquire() as other, other.transaction():
                await other.execute("LOCK TABLE messages")
                with pytest.raises(Unavailable, match=r"messages/post: (LockNotAvailable|QueryCanceled)Error"):
                    await messages.post(site, username="alice", content="x")
            async with site.pool.acquire() as idle:
                await idle.execute("BEGIN")
                await asyncio.sleep(0.4)
                with pytest.raises((asyncpg.IdleInTransactionSessionTimeoutError, asyncpg.InterfaceError, OSError)):
                    await idle.execute("COMMIT")
            assert await messages.post(site, username="alice", content="x"), "the pool goes on afterwards"
    finally:
        await db.pool.execute("ALTER ROLE minitwit_site IN DATABASE postgres RESET ALL")


async def test_a_lock_that_is_waited_for_too_long_is_unavailable_and_not_our_mistake(
    db: Database, settings: Settings, cast: Cast
) -> None:
    await db.pool.execute("ALTER ROLE minitwit_site IN DATABASE postgres SET lock_timeout = '100ms'")
    as_site = replace(settings, database_url=signed_in_as("minitwit_site", settings.database_url))
    try:
        async with open_database(as_site, service="web") as site, db.pool.acquire() as other, other.transaction():
            await other.execute("LOCK TABLE messages")
            with pytest.raises(Unavailable, match="messages/post: LockNotAvailableError 55P03"):
                await messages.post(site, username="alice", content="x")
    finally:
        await db.pool.execute("ALTER ROLE minitwit_site IN DATABASE postgres RESET ALL")


async def test_a_door_says_in_one_line_that_it_plans_in_another_way(
    db: Database, settings: Settings, events: Events
) -> None:
    await db.pool.execute("ALTER ROLE minitwit_site IN DATABASE postgres SET plan_cache_mode = auto")
    try:
        async with site_running(settings):
            pass
    finally:
        await db.pool.execute("ALTER ROLE minitwit_site IN DATABASE postgres RESET ALL")
    (warning,) = [event for event in events.all if event["log.level"] == "warning"]
    assert warning["message"] == "plan_cache_mode is auto, not force_generic_plan: python -m db migrate sets it"


async def test_a_door_that_got_the_policy_says_nothing(settings: Settings, db: Database, events: Events) -> None:
    assert planning.wanted() == "force_generic_plan"
    async with site_running(settings):
        pass
    assert "plan_cache_mode" not in events.text
