"""budget: every file keeps what it declares, and each way in which a plan can turn bad is noticed, naming the file."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.settings import Settings, child_environment
from db import Database, NotReady
from db.queries import SQL_FOLDER, Query, read
from db.tool import budget, prepared, report, seed
from db.tool.readings import Reading, measured
from tests.db.test_explain import tool

SMALL = "10k"
TEXTBOOK = """
SELECT /* timelines/followed */ m.message_id, u.username AS author, m.content, m.published_at
FROM messages AS m INNER JOIN users AS u ON m.author_id = u.user_id
WHERE NOT m.hidden AND m.message_id < $2 AND m.author_id IN (SELECT f.whom_id FROM followers AS f WHERE f.who_id = $1)
ORDER BY m.message_id DESC LIMIT $3"""


@pytest.fixture(scope="module")
async def seeded(database_url: str) -> AsyncIterator[str]:
    """The URL of a database with 10,000 messages."""
    async with seed.database(database_url, 10_000) as url:
        yield url


@pytest.fixture
async def public(db: Database) -> Query:
    return db.queries["timelines/public"]


async def readings(url: str, query: Query, before: str = "SELECT 1") -> list[Reading]:
    """The readings of a query after a change to the database, which is taken back."""
    async with prepared.connected(url) as connection, prepared.rolled_back(connection):
        await connection.execute(before)
        return [each async for each in measured(connection, query, await seed.sizes(connection), SMALL)]


def told(found: list[Reading]) -> list[str]:
    return [str(breach) for reading in found for breach in reading.breaches]


def changed(folder: Path, name: str, *changes: tuple[str, str]) -> Query:
    """A copy of a query's file with other words in it."""
    text = (SQL_FOLDER / f"{name}.sql").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{name}.sql"
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    return read(path, folder)


async def databases(db: Database) -> list[str]:
    return [row[0] for row in await db.pool.fetch("SELECT datname FROM pg_database ORDER BY 1")]


async def test_every_file_keeps_its_budget_at_two_sizes_and_no_database_is_left(
    db: Database, database_url: str
) -> None:
    before = await databases(db)
    code, out, err = await tool(database_url, "budget", "--messages", "10k,100k")
    assert (code, out.splitlines()[-1]) == (0, "Every budget was kept.")
    assert {line.split()[0] for line in out.splitlines() if "/" in line} >= db.queries.keys()
    assert "100k messages: timelines/followed" in err
    assert await databases(db) == before


async def test_a_budget_that_is_too_small_is_a_failure_that_names_the_file(
    database_url: str, public: Query, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await budget.judge(database_url, [replace(public, budget=90)], {"1k": 1_000})
    out = capsys.readouterr().out
    assert code == 1
    assert "db/sql/timelines/public.sql (first, 1k messages, custom plan) touches 9" in out
    assert "buffers of a budget of 90, most of them in Index Scan using users_are_known_by_id on users" in out
    assert "7 more like this." in out


async def test_a_dropped_index_is_noticed(seeded: str, db: Database) -> None:
    query = db.queries["timelines/by_author"]
    assert told(await readings(seeded, query)) == []
    found = told(await readings(seeded, query, "DROP INDEX messages_shown_by_author"))
    assert any(line.startswith("db/sql/timelines/by_author.sql (silent, first, ") for line in found)


async def test_a_plan_that_is_good_for_values_at_hand_and_bad_for_any_is_noticed(seeded: str, db: Database) -> None:
    found = await readings(seeded, replace(db.queries["timelines/followed"], sql=TEXTBOOK))
    (cliff,) = [reading for reading in found if reading.profile.name == "new, follows 10000 active, first"]
    assert cliff.custom <= cliff.profile.budget < cliff.generic
    where = "db/sql/timelines/followed.sql (new, follows 10000 active, first, 10k messages"
    assert not any("custom plan) touches" in line for line in told([cliff]))
    assert any(line.startswith(f"{where}, generic plan) touches") for line in told([cliff]))


async def test_one_join_too_many_is_noticed(seeded: str, tmp_path: Path) -> None:
    join = "FROM messages AS m\nINNER JOIN user_counts AS c ON m.author_id = c.user_id AND c.followers >= 0\n"
    found = told(await readings(seeded, changed(tmp_path, "timelines/public", ("FROM messages AS m\n", join))))
    assert any("buffers of a budget of 120" in line for line in found), found


async def test_a_scan_of_a_big_table_is_noticed_however_cheap_it_is_now(seeded: str, tmp_path: Path) -> None:
    named = ("u.username = :'username'", "u.email = :'username'")
    found = told(await readings(seeded, changed(tmp_path, "users/credentials", named)))
    assert any("scans users (100,000 rows): let an index serve it" in line for line in found), found


async def test_rows_that_are_thrown_away_are_noticed(seeded: str, tmp_path: Path) -> None:
    hidden = ("WHERE NOT m.hidden", "WHERE m.content = 'never' AND NOT m.hidden")
    found = told(await readings(seeded, changed(tmp_path, "timelines/public", hidden)))
    assert any(" throws 10,000 rows away and keeps 0 in " in line for line in found), found


async def test_a_sort_on_disk_is_noticed(seeded: str, tmp_path: Path, public: Query) -> None:
    sql = (
        "SELECT /* timelines/public */ m.content FROM messages AS m ORDER BY m.content, $1::bigint LIMIT 9000 + $2::int"
    )
    found = told(await readings(seeded, replace(public, sql=sql), "SET LOCAL work_mem = '64kB'"))
    assert any(" spills to disk in Sort" in line for line in found), found
    assert any(" writes temporary files" in line for line in found), found


async def test_a_null_that_was_not_declared_is_noticed(seeded: str, db: Database) -> None:
    query = replace(db.queries["timelines/by_author"], nullable=("message_id", "published_at"))
    found = told(await readings(seeded, query))
    assert any("by_author.sql (mute, first, 10k messages) returns NULL in content: " in line for line in found), found


async def test_triggers_are_part_of_what_a_write_costs(seeded: str, db: Database) -> None:
    found = await readings(seeded, replace(db.queries["followers/follow"], in_all=35))
    assert any("buffers of a budget of 35 in all: let its triggers need fewer" in line for line in told(found))


async def test_a_timeline_that_grows_with_the_database_is_noticed(seeded: str, public: Query) -> None:
    small, *_ = await readings(seeded, public)
    flat = {"10k": small, "1m": replace(small, generic=small.buffers + 20)}
    growing = {"10k": small, "1m": replace(small, generic=small.buffers * 2)}
    assert report.breaches([flat]) == []
    (breach,) = report.breaches([growing])
    assert "timelines/public.sql (first, 10k to 1m messages) grows 2.00 times" in str(breach)
    assert report.growth({"10k": small, "1m": replace(small, full=False)}) is None


@pytest.mark.parametrize(
    ("profiles", "sentence"),
    [
        ("SELECT 1 AS one", "Profiles has to return rows of before, limit, profile, or also a budget"),
        ("SELECT 'a' AS profile, 1 AS before, 1 AS \"limit\" WHERE false", "Profiles has to return rows of"),
        ("SELECT nothing", 'PostgreSQL refuses its Profiles: column "nothing" does not exist'),
    ],
)
async def test_profiles_that_measure_nothing_are_refused(
    seeded: str, public: Query, profiles: str, sentence: str
) -> None:
    with pytest.raises(NotReady, match=f"db/sql/timelines/public.sql: {sentence}"):
        await readings(seeded, replace(public, profiles=profiles))


async def test_a_file_without_a_budget_is_refused(seeded: str, public: Query) -> None:
    with pytest.raises(NotReady, match="has no budget: write -- Budget"):
        await readings(seeded, replace(public, budget=None))


async def test_ctrl_c_leaves_no_database_behind(db: Database, database_url: str) -> None:
    before = await databases(db)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "db", "budget", "--messages", "1k"),
        env=child_environment(DATABASE_URL=database_url),
        stderr=asyncio.subprocess.PIPE,
    )
    assert child.stderr is not None
    assert await child.stderr.readline() == b"1k messages: seeding\n"
    while await databases(db) == before:
        assert child.returncode is None
        await asyncio.sleep(0.02)
    child.send_signal(signal.SIGINT)
    assert (await child.wait(), await child.stderr.read()) == (130, b"")
    assert await databases(db) == before


async def test_an_error_leaves_no_database_behind(db: Database, database_url: str, public: Query) -> None:
    before = await databases(db)
    with pytest.raises(NotReady, match="has no budget"):
        await budget.judge(database_url, [replace(public, budget=None)], {"1k": 1_000})
    assert await databases(db) == before


async def test_a_user_who_may_not_create_databases_is_told_so(db: Database, database_url: str, public: Query) -> None:
    await db.pool.execute("CREATE ROLE visitor LOGIN PASSWORD 'of the visitor'")
    await db.pool.execute("GRANT CONNECT ON DATABASE postgres TO visitor")
    try:
        visitor = re.sub(r"//.*@", "//visitor:of%20the%20visitor@", database_url)
        with pytest.raises(NotReady, match="may not create databases, and this needs one of its own"):
            await budget.judge(visitor, [public], {"1k": 1_000})
    finally:
        await db.pool.execute("DROP OWNED BY visitor; DROP ROLE visitor")


@pytest.mark.parametrize("words", ["", "ten", "10k,", "100", "10g", "-5k"])
async def test_sizes_are_written_as_people_say_them(words: str, settings: Settings) -> None:
    assert budget.sizes("1m,10k") == {"10k": 10_000, "1m": 1_000_000}
    with pytest.raises(NotReady, match="Sizes are written 10k,100k,1m"):
        budget.sizes(words)
