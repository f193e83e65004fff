"""lint: what a migration would do to a running site, what was released and then edited, and how SQL is written."""

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from db import NotReady
from db.queries import SQL_FOLDER
from db.tool import lint, linters, migrations

FOLDER = lint.ROOT / "db" / "migrations"
ON_TOP = "-- depends: 0001-users\n\n-- What nobody needs.\n\nSET LOCAL lock_timeout = '5s';\n\n"
ALONE = "-- transactional: false\n-- depends: 0001-users\n\n-- An index.\n\nSET lock_timeout = '5s';\n\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of what is linted, to be spoiled."""
    for name in (".squawk.toml", ".sqlfluff"):
        shutil.copy(lint.ROOT / name, tmp_path)
    shutil.copytree(FOLDER, tmp_path / "db" / "migrations")
    (tmp_path / "db" / "sql" / "timelines").mkdir(parents=True)
    return tmp_path


def added(root: Path, text: str, name: str = "9999-more") -> Path:
    """A new migration, and its rollback."""
    path = root / "db" / "migrations" / f"{name}.sql"
    path.write_text(text)
    path.with_suffix(".rollback.sql").write_text("SELECT 1;\n")
    return path


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("CREATE INDEX users_by_email ON users (email);", "require-concurrent-index-creation"),
        ("CREATE INDEX CONCURRENTLY i ON users (email);", "ban-concurrent-index-creation-in-transaction"),
        ("DROP INDEX sessions_by_expiry;", "require-concurrent-index-deletion"),
        ("ALTER TABLE users ALTER COLUMN email TYPE bytea USING email::bytea;", "changing-column-type"),
        ("ALTER TABLE users ADD COLUMN luck double precision DEFAULT random();", "adding-field-with-default"),
        ("ALTER TABLE users ADD COLUMN luck bigint NOT NULL;", "adding-required-field"),
        ("ALTER TABLE users ALTER COLUMN email SET NOT NULL;", "adding-not-nullable-field"),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (email <> '');", "constraint-missing-not-valid"),
        ("ALTER TABLE users DROP COLUMN email;", "ban-drop-column"),
        ("ALTER TABLE users RENAME COLUMN email TO mail;", "renaming-column"),
        ("DROP TABLE sessions;", "ban-drop-table"),
        ("DROP NONSENSE;", "syntax-error"),
    ],
)
async def test_a_migration_that_hurts_a_running_site_is_named_with_its_line(
    root: Path, statement: str, rule: str
) -> None:
    found = await linters.squawk(root, [added(root, ON_TOP + statement + "\n")])
    assert any(line.startswith(f"db/migrations/9999-more.sql:7: {rule}: ") for line in found), found


@pytest.mark.parametrize(
    "text",
    [
        ALONE + "CREATE INDEX CONCURRENTLY users_by_email ON users (email);\n",
        ON_TOP + "CREATE TABLE more (more_id bigint);\n\nCREATE INDEX more_by_id ON more (more_id);\n",
        ON_TOP + "ALTER TABLE users ADD COLUMN nickname text;\n",
        ON_TOP + "-- squawk-ignore ban-drop-table -- no release reads it any more\nDROP TABLE sessions;\n",
    ],
)
async def test_a_migration_that_hurts_nobody_passes(root: Path, text: str) -> None:
    path = added(root, text)
    assert await linters.squawk(root, [path]) == []
    assert migrations.problems(path.parent) == []
    assert await linters.sqlfluff(root, [path]) == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("9999-more", ON_TOP.replace("SET LOCAL lock_timeout = '5s';", ""), ":1: lock timeout: who waits behind it"),
        ("9999-more", ALONE.replace("SET", "SET LOCAL"), "begin with SET lock_timeout = '5s';"),
        ("9999-more", ON_TOP.replace("-- What", "-- what"), ":1: prose: has no sentence on top"),
        ("9999-more", ON_TOP.replace("-- depends", "-- stands on"), ":1: chain: does not say what it stands on: write"),
        (
            "9999-more",
            ON_TOP.replace("0001-users", "0001-people"),
            ":1: chain: depends on 0001-people, which",
        ),
        ("9999_more", ON_TOP, ":1: name: has to be NNNN-some-words.sql"),
    ],
)
def test_a_migration_that_lacks_something_is_told_what(root: Path, name: str, text: str, words: str) -> None:
    path = added(root, text, name)
    (found,) = migrations.problems(path.parent)
    assert found.startswith(f"db/migrations/{name}.sql:1: ")
    assert words in found


def test_a_migration_without_its_rollback_is_found(root: Path) -> None:
    path = added(root, ON_TOP)
    path.with_suffix(".rollback.sql").unlink()
    (found,) = migrations.problems(path.parent)
    assert found == "db/migrations/9999-more.sql:1: rollback: cannot be taken back: write 9999-more.rollback.sql"


def test_a_released_migration_that_was_edited_or_removed_is_found(root: Path) -> None:
    folder = root / "db" / "migrations"
    with (folder / "0003-followers.sql").open("a") as file:
        file.write("\n")
    (folder / "0002-messages.rollback.sql").unlink()
    assert [line for line in migrations.problems(folder) if ": released: " in line] == [
        "db/migrations/0002-messages.rollback.sql:1: released: is gone: "
        "bring it back, and write the next migration instead",
        "db/migrations/0003-followers.sql:1: released: was edited: "
        "take the edit back, and write the next migration instead",
    ]


def test_a_new_migration_may_be_edited_until_it_is_released(root: Path) -> None:
    path = added(root, ON_TOP)
    before = migrations.problems(path.parent)
    assert migrations.release(path.parent)[-2:] == ["9999-more.rollback.sql", "9999-more.sql"]
    assert migrations.release(path.parent) == []
    path.write_text(ON_TOP + "-- An afterthought.\n")
    assert before == []
    assert ["9999-more.sql:1: released: was edited" in line for line in migrations.problems(path.parent)] == [True]


def test_nothing_is_released_while_something_is_wrong(root: Path) -> None:
    path = added(root, "SELECT 1;\n")
    listed = (path.parent / migrations.RELEASED).read_text()
    with pytest.raises(NotReady, match="prose: has no sentence on top"):
        migrations.release(path.parent)
    assert (path.parent / migrations.RELEASED).read_text() == listed


async def test_the_list_is_what_sha256sum_reads() -> None:
    command = ["sha256sum", "--check", "--quiet", "--strict", migrations.RELEASED]
    ended = await asyncio.to_thread(subprocess.run, command, cwd=FOLDER, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("SELECT /*", "select /*", "CP01"),
        ("    m.content,", "  m.content,", "LT02"),
        ("    m.content,", "    m.content ,", "LT01"),
        ("messages AS m", "messages m", "AL01"),
        ("LIMIT :limit;", "LIMIT :limit", None),
        ("WHERE", "WHERE WHERE", "PRS"),
    ],
)
async def test_sql_that_is_written_otherwise_is_named_with_its_line(
    root: Path, old: str, new: str, rule: str | None
) -> None:
    text = (SQL_FOLDER / "timelines" / "public.sql").read_text()
    path = root / "db" / "sql" / "timelines" / "public.sql"
    path.write_text(text.replace(old, new))
    line = next(number for number, words in enumerate(path.read_text().splitlines(), 1) if new in words)
    found = await linters.sqlfluff(root, [path])
    # the end of a statement is not style: check holds it
    expected = [f"db/sql/timelines/public.sql:{line}: {rule}: "] if rule else []
    assert [words for words in found if any(words.startswith(one) for one in expected)] == found[: len(expected)]
    assert bool(found) == bool(rule)


async def test_a_linter_that_is_not_installed_is_told_in_one_sentence(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(root / "python"))
    with pytest.raises(NotReady, match=r"^squawk is not installed beside .*: it is among the dev dependencies$"):
        await linters.squawk(root, [root / "db" / "migrations" / "0001-users.sql"])


async def test_a_linter_that_cannot_read_its_settings_is_told_in_one_sentence(root: Path) -> None:
    (root / ".squawk.toml").write_text('excluded_rules = ["no-such-rule"]\n')
    with pytest.raises(NotReady, match=r"^squawk did not run: .*no-such-rule") as found:
        await linters.squawk(root, [root / "db" / "migrations" / "0001-users.sql"])
    assert "\n" not in str(found.value)


def test_every_exemption_is_explained_where_it_is_made() -> None:
    for line in re.findall(r'^ +"[a-z-]+",.*$', (lint.ROOT / ".squawk.toml").read_text(), re.MULTILINE):
        assert re.search(r'",  # \w+ \w+', line), line
    for path in (lint.ROOT / ".sqlfluff", FOLDER / ".sqlfluff"):
        lines = path.read_text().splitlines()
        rules = [number for number, line in enumerate(lines) if re.fullmatch(r" +[A-Z]{2}\d\d,?", line)]
        assert rules
        assert all(re.match(r" +# \w+ \w+", lines[number - 1]) for number in rules), path
    for path in (lint.ROOT / "db").rglob("*.sql"):
        for line in path.read_text().splitlines():
            assert "noqa" not in line or re.search(r"-- \w+ \w+.* -- noqa: [A-Z]{2}\d\d(,[A-Z]{2}\d\d)*$", line), line
            assert "squawk-" not in line or re.search(r"-- squawk-ignore [a-z-]+ -- \w+ \w+", line), line


async def test_the_command_finds_nothing_to_complain_about_and_needs_no_database() -> None:
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "db", "lint"], capture_output=True, check=False, env={}, cwd=lint.ROOT
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert re.fullmatch(r"\d\d files of SQL: nothing to complain about\.\n", ended.stdout.decode())
