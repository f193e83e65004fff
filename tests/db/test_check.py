"""check: each way in which a file and its function can part is found, and named with its place."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings
from db import Database, NotReady, check, migrate, open_database
from db.queries import SQL_FOLDER, Query, read

PUBLIC = SQL_FOLDER / "timelines" / "public.sql"


async def problems(db: Database, folder: Path, old: str, new: str) -> list[str]:
    """What the check says of timelines/public after this change to its text."""
    text = PUBLIC.read_text()
    assert old in text
    path = folder / "timelines" / "public.sql"
    path.parent.mkdir()
    path.write_text(text.replace(old, new))
    async with db.pool.acquire() as connection:
        return await check.problems(connection, read(path, folder))


async def test_every_file_fits_the_schema_and_its_function(db: Database) -> None:
    assert len(db.queries) >= 20
    await check.fit(db)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "m.content",
            "m.contents",
            'column m.contents does not exist: Perhaps you meant to reference the column "m.content".',
        ),
        ("m.hidden", "m.deleted", "does not exist: correct the file, or write the migration that it needs"),
        ("m.content,", "m.content AS words,", "returns (message_id, author, words, published_at), Message has"),
        (
            "m.published_at",
            "m.published_at::text AS published_at",
            "returns published_at as text, Python expects datetime: cast it in the file, or change the field of",
        ),
        (":before", ":older_than", "takes older_than, which the Python function does not pass: rename it in the file"),
        ("m.message_id < :before", "true", "does not use before, which the Python function passes: use it in the file"),
        (":before", ":before::text::bigint", "takes before as text, the Python function passes int: cast it"),
        (";", "; SELECT 1;", "PostgreSQL refuses it: cannot insert multiple commands into a prepared statement"),
        ("LIMIT :limit;", "LIMIT :limit", "does not end with its statement: end the file with ; and a line break"),
    ],
)
async def test_a_change_that_does_not_fit_is_found(
    db: Database, tmp_path: Path, old: str, new: str, problem: str
) -> None:
    found = await problems(db, tmp_path, old, new)
    assert any(problem in line for line in found), found
    assert all(line.startswith("db/sql/timelines/public.sql:") for line in found)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("m.content", "m.contents", "    m.content,"),
        ("m.content,", "m.content AS words,", "    m.content,"),
        ("m.published_at", "m.published_at::text AS published_at", "    m.published_at"),
        (":limit", ":at_most", "LIMIT :limit;"),
    ],
)
async def test_a_mistake_is_named_with_its_line(db: Database, tmp_path: Path, old: str, new: str, line: str) -> None:
    found, *_ = await problems(db, tmp_path, old, new)
    assert PUBLIC.read_text().splitlines()[int(found.split(":")[1]) - 1] == line


async def test_a_result_column_is_looked_for_where_the_result_is_listed(db: Database, tmp_path: Path) -> None:
    text = (SQL_FOLDER / "timelines" / "followed.sql").read_text()
    wrong = text.replace("    m.content,\n    m.published_at\n", "    m.published_at,\n    m.content\n")
    assert wrong != text
    path = tmp_path / "timelines" / "followed.sql"
    path.parent.mkdir()
    path.write_text(wrong)
    async with db.pool.acquire() as connection:
        (found,) = await check.problems(connection, read(path, tmp_path))
    assert wrong.splitlines()[int(found.split(":")[1]) - 1] == "    m.published_at,"


async def test_a_file_without_a_function_is_found(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "timelines" / "loudest.sql"
    path.parent.mkdir()
    path.write_text("SELECT /* timelines/loudest */ 1 AS one;\n")
    async with db.pool.acquire() as connection:
        found = await check.problems(connection, read(path, tmp_path))
    assert found == [
        "db/sql/timelines/loudest.sql:1: db/timelines.py has no function loudest: write it, or remove the file"
    ]


async def test_a_door_starts_with_poor_prose_and_the_command_complains(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "health" / "ready.sql"
    path.parent.mkdir()
    path.write_text("SELECT /* health/ready */ true AS ready;\n")
    other = Database(db.pool, {**db.queries, "health/ready": read(path, tmp_path)})
    await check.fit(other)
    with pytest.raises(check.Mismatch, match=r"^db/sql/health/ready.sql:1: has no prose: begin with a sentence"):
        await check.fit(other, anatomy_too=True)


async def test_a_database_that_is_not_migrated_is_told_in_one_sentence(settings: Settings, empty_database: str) -> None:
    async with open_database(replace(settings, database_url=empty_database), service="tests") as other:
        with pytest.raises(NotReady, match=r"is not migrated, it lacks 0001-users, .*: run python -m db migrate"):
            await check.fit(other)


async def test_a_database_that_lacks_the_newest_migration_is_told_apart(
    settings: Settings, empty_database: str
) -> None:
    migrate.migrate(empty_database)
    (newest,) = migrate.rollback(empty_database)
    async with open_database(replace(settings, database_url=empty_database), service="tests") as other:
        with pytest.raises(NotReady, match=f"it lacks {newest}:"):
            await check.fit(other)


async def test_a_connection_that_ends_meanwhile_is_told_in_one_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems = check.problems

    async def ended(connection: Any, query: Query, nullable: Collection[str] | None = None) -> list[str]:
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return await problems(connection, query, nullable)

    monkeypatch.setattr(check, "problems", ended)
    async with open_database(settings, service="tests") as other:
        with pytest.raises(NotReady, match=r"^The database of DATABASE_URL does not answer$"):
            await check.fit(other)


@pytest.mark.parametrize(
    "url", ["", "postgresql://u:p@127.0.0.1:1/d", "postgresql://u:p@nowhere.invalid/d", "nonsense", "mysql://h/d"]
)
async def test_a_database_that_cannot_be_reached_is_told_in_one_sentence(settings: Settings, url: str) -> None:
    with pytest.raises(NotReady) as found:
        async with open_database(replace(settings, database_url=url), service="tests"):
            pass
    assert "DATABASE_URL" in str(found.value)
    assert "\n" not in str(found.value)
