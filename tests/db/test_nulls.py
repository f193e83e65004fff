"""NULL: what a file declares, what PostgreSQL knows and what Python expects are held against each other."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import Struct

from core.settings import Settings
from db import Database, check, health, open_database, timelines, users
from db.queries import read
from db.tool.check import checked
from db.tool.command import with_the_files_rights
from tests import given
from tests.conftest import signed_in_as
from tests.given import Cast


class Named(Struct, frozen=True):
    """A row that this file's queries return."""

    user_id: int
    nickname: str


class Nicknamed(Struct, frozen=True):
    """The same, where not everybody has a nickname."""

    user_id: int
    nickname: str | None


async def everyone(db: Database) -> list[Named]:
    return await db.rows("users/everyone", Named)


async def some(db: Database) -> list[Nicknamed]:
    return await db.rows("users/some", Nicknamed)


async def grouped(db: Database) -> list[Named] | None:
    return await db.rows_or_none("users/grouped", Named)


async def one(db: Database) -> str | None:
    return await db.value("users/one", str)


async def sure(db: Database) -> str:
    return await db.value("users/sure", str) or ""


@pytest.fixture
async def nicknames(db: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A table with a column that may hold NULL, and functions that ask for it."""
    for function in (everyone, some, grouped, one, sure):
        monkeypatch.setattr(users, function.__name__, function, raising=False)
    await db.pool.execute("CREATE TABLE nicknames (user_id bigint NOT NULL, nickname text)")
    yield db
    await db.pool.execute("DROP TABLE nicknames")


async def problems(db: Database, folder: Path, name: str, statement: str, declared: str = "") -> list[str]:
    path = folder / f"{name}.sql"
    path.parent.mkdir(exist_ok=True)
    null = f"-- NULL: {declared}.\n" if declared else ""
    path.write_text(f"-- Users. Asked by a test.\n{null}\nSELECT /* {name} */ {statement};\n")
    async with db.pool.acquire() as connection:
        return await check.problems(connection, read(path, folder))


PLAIN = "n.user_id, n.nickname FROM nicknames AS n"
JOINED = "u.user_id, u.username AS nickname FROM nicknames AS n {} JOIN users AS u ON n.user_id = u.user_id"
LACKS = "because nicknames.nickname lacks NOT NULL: declare `-- NULL: nickname.`, or rule it out"
ABSENT = "because users stands on the side of an outer join that may have no row: declare"


async def test_a_column_without_not_null_has_to_be_declared(nicknames: Database, tmp_path: Path) -> None:
    (found,) = await problems(nicknames, tmp_path, "users/everyone", PLAIN)
    assert found.startswith(f"db/sql/users/everyone.sql:3: may return nickname as NULL, {LACKS} with IS NOT NULL")


@pytest.mark.parametrize(
    "statement",
    [
        f"{PLAIN} INNER JOIN users AS u ON u.user_id = n.user_id",
        "p.user_id, p.nickname FROM (SELECT m.user_id, m.nickname FROM nicknames AS m LIMIT 3) AS p ORDER BY p.user_id",
        f"{PLAIN} WHERE n.nickname IS NOT NULL OR n.user_id = 7",
        f"{PLAIN} WHERE (n.nickname IS NOT NULL) = (n.user_id = 7)",
        f"{PLAIN} WHERE n.user_id > 3 AND (n.user_id = 7 OR (n.user_id < 9 AND n.nickname IS NOT NULL))",
    ],
)
async def test_it_is_found_behind_joins_and_subqueries(nicknames: Database, tmp_path: Path, statement: str) -> None:
    (found,) = await problems(nicknames, tmp_path, "users/everyone", statement)
    assert LACKS in found


@pytest.mark.parametrize(
    "statement",
    [
        f"{PLAIN} WHERE n.nickname IS NOT NULL",
        f"{PLAIN} WHERE n.nickname IS NOT NULL AND n.user_id > 7",
        "n.user_id, coalesce(n.nickname, '') AS nickname FROM nicknames AS n",
        JOINED.format("INNER"),
        JOINED.format("LEFT") + " WHERE u.username > 'a'",
    ],
)
async def test_nothing_is_said_where_null_is_ruled_out(nicknames: Database, tmp_path: Path, statement: str) -> None:
    assert await problems(nicknames, tmp_path, "users/everyone", statement) == []


async def test_null_may_be_ruled_out_by_an_index_as_well(nicknames: Database, tmp_path: Path) -> None:
    path = tmp_path / "users" / "everyone.sql"
    path.parent.mkdir()
    path.write_text(f"SELECT /* users/everyone */ {PLAIN} WHERE n.nickname IS NOT NULL;\n")
    await nicknames.pool.execute("CREATE INDEX ON nicknames (nickname)")
    for refused in ("enable_seqscan", "enable_bitmapscan"):
        async with nicknames.pool.acquire() as connection, connection.transaction():
            await connection.execute(f"SET LOCAL {refused} = off")
            assert await check.problems(connection, read(path, tmp_path)) == []


@pytest.mark.parametrize("join", ["LEFT", "FULL"])
async def test_the_side_of_an_outer_join_that_may_be_absent_is_found(
    nicknames: Database, tmp_path: Path, join: str
) -> None:
    found = await problems(nicknames, tmp_path, "users/everyone", JOINED.format(join))
    assert len(found) == 2
    assert all(ABSENT in line for line in found)


async def test_a_right_join_turns_the_sides(nicknames: Database, tmp_path: Path) -> None:
    assert await problems(nicknames, tmp_path, "users/everyone", JOINED.format("RIGHT")) == []


async def test_what_is_returned_by_a_write_is_looked_at_too(nicknames: Database, tmp_path: Path) -> None:
    path = tmp_path / "users" / "everyone.sql"
    path.parent.mkdir()
    path.write_text("DELETE /* users/everyone */ FROM nicknames AS n RETURNING n.user_id, n.nickname;\n")
    async with nicknames.pool.acquire() as connection:
        (found,) = await check.problems(connection, read(path, tmp_path))
    assert LACKS in found


async def test_a_door_that_may_not_run_a_file_starts_all_the_same(nicknames: Database, tmp_path: Path) -> None:
    path = tmp_path / "users" / "everyone.sql"
    path.parent.mkdir()
    path.write_text(f"SELECT /* users/everyone */ {PLAIN};\n")
    query = read(path, tmp_path)
    async with nicknames.pool.acquire() as connection:
        await connection.execute("CREATE ROLE newcomer; GRANT USAGE ON SCHEMA public TO newcomer")
        await connection.execute("SET ROLE newcomer")
        try:
            assert await check.problems(connection, query, {"nicknames.nickname"}) == []
        finally:
            await connection.execute("RESET ROLE")
            await connection.execute("DROP OWNED BY newcomer; DROP ROLE newcomer")
        assert len(await check.problems(connection, query, {"nicknames.nickname"})) == 1


async def test_a_declared_null_needs_a_python_type_that_allows_it(nicknames: Database, tmp_path: Path) -> None:
    (found,) = await problems(nicknames, tmp_path, "users/everyone", PLAIN, "nickname")
    assert "may return nickname as NULL, which Python does not expect: write `| None` at the field of Named" in found
    assert await problems(nicknames, tmp_path, "users/some", PLAIN, "nickname") == []


async def test_a_python_type_that_allows_none_needs_a_declaration(nicknames: Database, tmp_path: Path) -> None:
    (found,) = await problems(nicknames, tmp_path, "users/some", JOINED.format("INNER"))
    assert "never returns nickname as NULL, which Python expects: declare `-- NULL: nickname.` in the file" in found


async def test_a_single_value_follows_the_same_rule(nicknames: Database, tmp_path: Path) -> None:
    value = "n.nickname FROM nicknames AS n"
    assert await problems(nicknames, tmp_path, "users/one", value, "nickname") == []
    (found,) = await problems(nicknames, tmp_path, "users/sure", value, "nickname")
    assert "may return nickname as NULL, which Python does not expect: write `| None` at db/users.py" in found


async def test_a_declaration_of_nothing_is_found(nicknames: Database, tmp_path: Path) -> None:
    (found,) = await problems(nicknames, tmp_path, "users/everyone", JOINED.format("INNER"), "nick")
    assert found.endswith(
        "users/everyone.sql:2: declares NULL for nick, which it does not return: change its line `-- NULL:`"
    )


async def test_a_list_or_none_needs_a_first_column_that_tells_them_apart(nicknames: Database, tmp_path: Path) -> None:
    statement = JOINED.format("LEFT")
    assert await problems(nicknames, tmp_path, "users/grouped", statement, "user_id, nickname") == []
    (found,) = await problems(nicknames, tmp_path, "users/grouped", JOINED.format("INNER"))
    assert "never returns the row of NULLs that stands for an empty list: declare `-- NULL: user_id.`" in found


async def test_an_author_without_messages_is_told_apart_from_nobody(db: Database, cast: Cast) -> None:
    assert await timelines.by_author(db, username="charlie", limit=30) == []
    assert await timelines.by_author(db, username="nobody", limit=30) is None
    await given.message(db, "charlie", "first words")
    (message,) = await timelines.by_author(db, username="charlie", limit=30) or []
    assert message.content == "first words"


async def test_the_schema_tells_which_columns_may_hold_null(nicknames: Database) -> None:
    assert "nicknames.nickname" in await health.nullable(nicknames)
    assert "nicknames.user_id" not in await health.nullable(nicknames)


async def test_the_dbas_check_sees_a_null_in_what_only_a_door_may_read(
    db: Database, tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "sessions" / "viewer.sql"
    path.parent.mkdir()
    text = db.queries["sessions/viewer"].path.read_text("utf-8")
    path.write_text(text.replace("INNER JOIN users", "LEFT JOIN users"))
    dba = replace(settings, database_url=signed_in_as("minitwit_dba", settings.database_url))
    async with open_database(with_the_files_rights(dba), service="dba") as other, other.pool.acquire() as connection:
        found = await check.problems(connection, read(path, tmp_path))
        assert [sentence for sentence in found if "may return username as NULL" in sentence], found
    files, _ = await checked(dba)
    assert files == len(db.queries)
