"""The pool: what PostgreSQL is told at each connection, how failures are named, and why nothing has to be reset."""

import re
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from core import metrics
from core.settings import Settings
from db import Database, QueryFailed, Unavailable, open_database, timelines, users
from db.pool import statements
from db.queries import load

LEAVES_SOMETHING_BEHIND = re.compile(
    r"\b(SET|RESET|LISTEN|UNLISTEN|PREPARE|DECLARE|DISCARD|TEMP|TEMPORARY|pg_(try_)?advisory_lock\w*)\b"
)
SETS_SOMETHING = re.compile(r'"(SET|RESET) \w|set_config\(')
DATA_LAYER = Path(__file__).parents[2] / "db"
SPOKEN_BY_THE_DRIVER = {"client_encoding", "search_path"}


@pytest.mark.parametrize("name", load())
def test_no_query_leaves_anything_behind_in_its_session(name: str) -> None:
    """A connection serves one statement after the other without a reset, which is safe only as long as this holds."""
    sql = re.sub(r"/\*.*?\*/|'[^']*'|DO UPDATE SET", "", load()[name].sql)
    assigned = re.sub(r"^(UPDATE .*\n)SET ", r"\1", sql)
    assert not LEAVES_SOMETHING_BEHIND.search(assigned)
    assert not re.search(r"set_config\((?!.*, true\))", load()[name].sql), "a setting is local to its statement"


async def test_a_query_costs_one_round_trip_and_no_reset(db: Database) -> None:
    async with db.pool.acquire() as connection:
        pid = connection.get_server_pid()
    await timelines.public(db, limit=1)
    last = await db.pool.fetch("SELECT pid, query FROM pg_stat_activity WHERE application_name = 'minitwit-tests'")
    assert pid in [row["pid"] for row in last]
    assert not any("RESET" in row["query"] or "UNLISTEN" in row["query"] for row in last)


async def test_a_connection_says_who_it_is_and_leaves_all_else_to_its_role(settings: Settings) -> None:
    async with open_database(settings, service="web") as db:
        said = await db.pool.fetch("SELECT name, setting FROM pg_settings WHERE source IN ('client', 'session')")
    own = {row["name"]: row["setting"] for row in said if row["name"] not in SPOKEN_BY_THE_DRIVER}
    assert own == {"application_name": "minitwit-web", "TimeZone": "UTC"}


@pytest.mark.parametrize("path", sorted(DATA_LAYER.glob("*.py")), ids=lambda path: path.name)
def test_no_code_of_the_doors_changes_a_setting_of_its_session(path: Path) -> None:
    """What is SET in a session would stay in it, because nothing resets a connection, and overrule its role."""
    assert not SETS_SOMETHING.search(path.read_text("utf-8"))


def test_what_would_change_a_setting_is_recognised() -> None:
    for line in ('execute("SET jit = on")', 'execute("SET LOCAL ROLE x")', '"SELECT set_config(…)"', '"RESET ALL"'):
        assert SETS_SOMETHING.search(line), line


async def test_a_statement_that_takes_too_long_is_given_up_as_unavailable(settings: Settings, db: Database) -> None:
    async with open_database(replace(settings, database_timeout=0.5), service="web") as impatient:
        async with db.pool.acquire() as other, other.transaction():
            await other.execute("LOCK TABLE users")
            with pytest.raises(Unavailable, match="users/credentials: "):
                await users.credentials(impatient, username="alice")
        assert await users.credentials(impatient, username="alice") is None, "the pool goes on afterwards"


async def test_a_failure_of_ours_names_the_query_and_the_code_but_no_value(db: Database) -> None:
    broken = replace(db.queries["users/register"], sql="SELECT $1::text::int, $2::text, $3::text")
    other = Database(db.pool, {"users/register": broken})
    before = metrics.page().decode().count('db_query_errors_total{query="users/register"}')
    with pytest.raises(QueryFailed) as found:
        await users.register(other, username="canary", email="canary", password_hash="canary")
    assert str(found.value) == "users/register: InvalidTextRepresentationError 22P02"
    assert found.value.__cause__ is None
    assert found.value.__suppress_context__
    assert metrics.page().decode().count('db_query_errors_total{query="users/register"}') >= before


async def test_a_query_is_counted_timed_and_named_in_its_request(db: Database) -> None:
    ran: list[str] = []
    token = statements.set(ran)
    await timelines.public(db, limit=1)
    statements.reset(token)
    assert ran == ["timelines/public"]
    assert 'db_query_duration_seconds_bucket{le="0.001",query="timelines/public"}' in metrics.page().decode()


async def test_the_file_name_is_the_tag_in_pg_stat_statements(db: Database) -> None:
    await db.pool.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    await timelines.public(db, limit=1)
    texts = [row[0] for row in await db.pool.fetch("SELECT query FROM pg_stat_statements")]
    assert any("/* timelines/public */" in text for text in texts)


async def test_a_statement_whose_columns_have_changed_their_type_is_prepared_again_by_asyncpg(db: Database) -> None:
    """Outside a transaction only, where every query of ours runs."""
    await db.pool.execute("CREATE TABLE changing AS SELECT 'x'::text AS x")
    try:
        other = Database(db.pool, {"x": replace(db.queries["simulator/latest"], sql="SELECT x FROM changing")})
        assert await other.value("x", str) == "x"
        await db.pool.execute("ALTER TABLE changing ALTER COLUMN x TYPE varchar")
        assert await other.value("x", str) == "x"
        async with db.pool.acquire() as connection:
            assert await connection.fetchval("SELECT x FROM changing") == "x"
            await db.pool.execute("ALTER TABLE changing ALTER COLUMN x TYPE text")
            with pytest.raises(asyncpg.InvalidCachedStatementError):
                async with connection.transaction():
                    await connection.fetchval("SELECT x FROM changing")
    finally:
        await db.pool.execute("DROP TABLE changing")


async def test_a_pool_that_is_exhausted_is_unavailable_soon(settings: Settings) -> None:
    one = replace(settings, database_pool_min=1, database_pool_max=1)
    async with open_database(one, service="web") as db, db.pool.acquire():
        with pytest.raises(Unavailable):
            await timelines.public(db, limit=1)


async def test_an_asyncpg_pool_reports_its_state(db: Database) -> None:
    db.lending.count()
    assert isinstance(db.pool, asyncpg.Pool)
    assert 'db_pool_connections{state="allowed"} 10' in metrics.page().decode()
