"""migrate: there and back, one at a time, and never stopped by what a killed migrator left behind."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from db import NotReady, migrate
from db.health import migrations_needed
from db.queries import load

CATALOGUE = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name !~ 'yoyo|pg_stat'
    UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename !~ 'yoyo'
    UNION ALL SELECT 'sequence', sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'
    UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')
    UNION ALL SELECT 'trigger', tgname, '' FROM pg_trigger WHERE NOT tgisinternal
    ORDER BY 1, 2, 3
"""


async def catalogue(url: str) -> list[tuple[str, ...]]:
    """Every column, index, sequence, function and trigger that is ours."""
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(CATALOGUE)]
    finally:
        await connection.close()


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def as_before(url: str, name: str) -> list[str]:
    """Leaves the database as it was before this migration; the names of those that it lacks, in their order."""
    migrate.migrate(url)
    newer = migrations_needed()[migrations_needed().index(name) :]
    assert migrate.rollback(url, count=len(newer)) == newer[::-1]
    return newer


async def test_every_migration_can_be_taken_back_and_applied_again(empty_database: str) -> None:
    names = migrations_needed()
    assert migrate.migrate(empty_database) == names
    before = await catalogue(empty_database)
    assert migrate.rollback(empty_database, count=len(names)) == list(reversed(names))
    assert await catalogue(empty_database) == []
    assert migrate.migrate(empty_database) == names
    assert await catalogue(empty_database) == before


async def test_one_step_back_is_the_newest_and_status_tells(empty_database: str) -> None:
    migrate.migrate(empty_database)
    assert migrate.migrate(empty_database) == [], "there is nothing to do a second time"
    (newest,) = migrate.rollback(empty_database)
    assert newest == migrations_needed()[-1]
    assert [name for name, applied in migrate.status(empty_database) if not applied] == [newest]


@pytest.mark.parametrize("count", [0, -1])
async def test_less_than_one_step_back_is_none(empty_database: str, count: int) -> None:
    migrate.migrate(empty_database)
    with pytest.raises(NotReady, match=f"^{count} migrations cannot be taken back: one or more can$"):
        migrate.rollback(empty_database, count=count)
    assert all(applied for _, applied in migrate.status(empty_database))


async def test_a_step_back_gives_up_before_everybody_waits_behind_it(empty_database: str) -> None:
    migrate.migrate(empty_database)
    reader = await asyncpg.connect(empty_database)
    try:
        async with reader.transaction():
            await reader.execute("SELECT FROM simulator")  # as a dump does, for hours
            with pytest.raises(NotReady, match=r"^The migration stopped: .*lock timeout"):
                await asyncio.to_thread(migrate.rollback, empty_database)
    finally:
        await reader.close()
    assert all(applied for _, applied in migrate.status(empty_database))


async def test_numbers_are_counted_from_what_is_there_when_their_migration_arrives(empty_database: str) -> None:
    as_before(empty_database, "0006-user-counts")
    await execute(
        empty_database,
        "INSERT INTO users (username, email, password_hash) VALUES ('a', 'a@b', 'h'), ('b', 'a@b', 'h');"
        "INSERT INTO followers VALUES (1, 2);"
        "INSERT INTO messages (author_id, content, hidden) VALUES (1, 'x', false), (1, 'x', true)",
    )
    migrate.migrate(empty_database)
    connection = await asyncpg.connect(empty_database)
    counts = [tuple(row) for row in await connection.fetch("SELECT * FROM user_counts ORDER BY user_id")]
    newest = [tuple(row) for row in await connection.fetch("SELECT * FROM newest_messages")]
    await connection.close()
    assert newest == [(1, 1), (2, 0)]
    assert counts == [(1, 1, 0, 1), (2, 0, 1, 0)]


async def test_the_latest_number_survives_the_way_there_and_back_and_doors_of_the_release_before(
    empty_database: str,
) -> None:
    newer = as_before(empty_database, "0011-latest-without-a-lock")
    connection = await asyncpg.connect(empty_database)
    before = "INSERT INTO simulator VALUES (true, $1) ON CONFLICT (only_row) DO UPDATE SET latest = excluded.latest"
    await connection.execute(before, 7)
    migrate.migrate(empty_database)
    latest = load()["simulator/latest"].sql
    assert await connection.fetchval(latest) == 7
    await connection.execute(before, -8)
    assert await connection.fetchval(latest) == -8, "a door of the release before has answered a call"
    await connection.fetchval(load()["simulator/record"].sql, 9)
    migrate.rollback(empty_database, count=len(newer))
    assert await connection.fetchval("SELECT latest FROM simulator") == 9
    await connection.close()


async def test_the_lock_row_of_a_killed_migrator_does_not_block_the_next(empty_database: str) -> None:
    migrate.migrate(empty_database)
    await execute(empty_database, "INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
    assert migrate.migrate(empty_database) == []


async def test_migrators_that_start_together_take_turns(empty_database: str) -> None:
    applied = await asyncio.gather(*(asyncio.to_thread(migrate.migrate, empty_database) for _ in range(4)))
    assert sorted(applied, key=len) == [[], [], [], migrations_needed()]


async def test_the_half_built_index_of_a_killed_migrator_is_built_anew(empty_database: str) -> None:
    """PostgreSQL leaves an invalid index of the name; here it is one of other columns."""
    newer = as_before(empty_database, "0009-followers-by-followee")
    await execute(empty_database, "CREATE INDEX followers_by_followee ON followers (whom_id)")
    assert migrate.migrate(empty_database) == newer
    rows = [row for row in await catalogue(empty_database) if row[1] == "followers_by_followee"]
    assert [row[2].endswith("(whom_id, who_id)") for row in rows] == [True]


async def test_an_index_is_built_beside_a_migrator_that_waits_and_beside_a_door_that_writes(
    empty_database: str,
) -> None:
    newer = as_before(empty_database, "0009-followers-by-followee")
    door = await asyncpg.connect(empty_database)
    await door.execute("INSERT INTO users (username, email, password_hash) VALUES ('a', '', ''), ('b', '', '')")
    writing = door.transaction()
    await writing.start()
    await door.execute("INSERT INTO followers VALUES (1, 1)")
    migrators = [asyncio.create_task(asyncio.to_thread(migrate.migrate, empty_database)) for _ in range(2)]
    await asyncio.sleep(0.5)
    assert not any(migrator.done() for migrator in migrators), "the index waits for the transaction that runs"
    await asyncio.wait_for(execute(empty_database, "INSERT INTO followers VALUES (2, 2)"), 5)
    await writing.commit()
    await door.close()
    assert sorted(await asyncio.gather(*migrators), key=len) == [[], newer]


async def test_a_migration_that_fails_leaves_nothing_of_itself_and_says_why(
    empty_database: str, tmp_path: Path
) -> None:
    (tmp_path / "0001-good.sql").write_text("CREATE TABLE good (id int);")
    (tmp_path / "0002-bad.sql").write_text("CREATE TABLE half (id int);\nCREATE TABLE bad (id nonsense);")
    with pytest.raises(NotReady, match='The migration stopped: type "nonsense" does not exist'):
        migrate.migrate(empty_database, tmp_path)
    assert [row[0] for row in await catalogue(empty_database)] == ["good"]


def test_an_unreachable_database_is_told_in_one_sentence_without_the_password() -> None:
    with pytest.raises(NotReady) as found:
        migrate.migrate("postgresql://u:hunter2@127.0.0.1:1/d")
    assert "The migration stopped:" in str(found.value)
    assert "hunter2" not in str(found.value)
    assert "\n" not in str(found.value)
