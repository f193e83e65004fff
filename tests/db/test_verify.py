"""verify: a migration that would break the release that still runs is found, with the file that it breaks."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import Settings, child_environment
from db import Database, NotReady
from db.queries import SQL_FOLDER
from db.tool.verify import ROOT, verify


def git(root: Path, *words: str) -> None:
    name = ("-c", "user.name=Alice", "-c", "user.email=alice@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", root, *name, *words], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository whose only commit is today's query files and migrations."""
    for folder in ("sql", "migrations"):
        shutil.copytree(ROOT / "db" / folder, tmp_path / "db" / folder)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "A release")
    return tmp_path


def migration(root: Path, statement: str) -> None:
    """One more, in the working tree."""
    newest = max(path.name.split(".")[0] for path in (root / "db" / "migrations").glob("*.sql"))
    (root / "db" / "migrations" / "9999-more.sql").write_text(f"-- depends: {newest}\n\n{statement}\n")


async def broken(settings: Settings, root: Path, against: str = "HEAD") -> list[str]:
    with pytest.raises(NotReady) as found:
        await verify(settings, root, against)
    return str(found.value).splitlines()


async def test_a_release_works_on_its_own_schema_and_on_one_that_has_more(settings: Settings, checkout: Path) -> None:
    files = len(list(SQL_FOLDER.glob("*/*.sql")))
    assert await verify(settings, checkout, "HEAD") == f"{files} query files of HEAD work on today's schema."
    migration(checkout, "ALTER TABLE users ADD COLUMN nickname text;")
    assert await verify(settings, checkout, "HEAD") == f"{files} query files of HEAD work on today's schema."


async def test_a_column_that_was_renamed_breaks_the_files_that_still_name_it(
    settings: Settings, checkout: Path
) -> None:
    git(checkout, "tag", "v1")
    migration(checkout, "ALTER TABLE messages RENAME COLUMN content TO words;")
    found = await broken(settings, checkout, "v1")
    text = (SQL_FOLDER / "timelines" / "public.sql").read_text().splitlines()
    line = next(number for number, words in enumerate(text, 1) if "m.content" in words)
    assert (
        f"v1:db/sql/timelines/public.sql:{line}: PostgreSQL refuses it: column m.content does not exist: "
        "let the migration add what is new, and take this away in a later release, when nobody uses it any more"
    ) in found
    assert {"by_author", "followed", "public", "post"} == {words.split(".sql:")[0].rsplit("/")[-1] for words in found}


async def test_todays_files_do_not_matter_those_of_the_release_do(settings: Settings, checkout: Path) -> None:
    migration(checkout, "ALTER TABLE users RENAME COLUMN password_hash TO digest;")
    (checkout / "db" / "sql" / "users" / "credentials.sql").unlink()
    assert any("HEAD:db/sql/users/credentials.sql:" in words for words in await broken(settings, checkout))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "ALTER TABLE messages ALTER COLUMN content TYPE varchar(140);",
            "HEAD:db/sql/timelines/by_author.sql:1: returns (message_id int8, author text, content varchar, "
            "published_at timestamptz) on today's schema, (message_id int8, author text, content text, "
            "published_at timestamptz) on that of its release: let the migration add what is new",
        ),
        (
            "ALTER TABLE users ALTER COLUMN password_hash TYPE varchar(200);",
            "HEAD:db/sql/users/rehash.sql:1: takes (new_hash varchar, user_id int8, old_hash text) on today's schema, "
            "(new_hash text, user_id int8, old_hash text) on that of its release: let the migration add what is new",
        ),
        (
            "ALTER TABLE users ALTER COLUMN password_hash DROP NOT NULL;",
            "HEAD:db/sql/users/credentials.sql:1: returns NULL in (password_hash) on today's schema, "
            "() on that of its release: let the migration add what is new",
        ),
    ],
)
async def test_what_a_file_takes_and_returns_has_to_stay(
    settings: Settings, checkout: Path, statement: str, words: str
) -> None:
    migration(checkout, statement)
    found = await broken(settings, checkout)
    assert any(line.startswith(words) for line in found), found


async def test_a_release_that_did_not_fit_its_own_schema_is_told_apart(settings: Settings, checkout: Path) -> None:
    path = checkout / "db" / "sql" / "users" / "profile.sql"
    path.write_text(path.read_text().replace("c.messages", "c.posts"))
    git(checkout, "commit", "--quiet", "--all", "--message", "A mistake")
    (found,) = await broken(settings, checkout)
    assert "users/profile.sql" in found
    assert found.endswith(
        "column c.posts does not exist, even on the schema of its own release: nothing can be said about it"
    )


async def test_the_newest_tag_is_meant_when_nothing_is_named(settings: Settings, checkout: Path) -> None:
    with pytest.raises(NotReady, match="No release is tagged yet: name a revision"):
        await verify(settings, checkout, None)
    git(checkout, "tag", "v1")
    assert " query files of v1 work " in await verify(settings, checkout, None)


@pytest.mark.parametrize("revision", ["nothing", "--help", "HEAD:db"])
async def test_a_revision_that_is_not_there_is_told_in_one_sentence(
    settings: Settings, checkout: Path, revision: str
) -> None:
    with pytest.raises(NotReady, match=f"^git knows no revision {revision} here"):
        await verify(settings, checkout, revision)


async def test_a_revision_without_a_data_layer_is_told_in_one_sentence(settings: Settings, checkout: Path) -> None:
    git(checkout, "rm", "-r", "--quiet", "db/sql")
    git(checkout, "commit", "--quiet", "--message", "Without queries")
    (found,) = await broken(settings, checkout)
    assert found == "HEAD has no db/sql or no db/migrations: it is older than the data layer"


async def test_the_database_that_was_lent_is_gone_afterwards(db: Database, settings: Settings, checkout: Path) -> None:
    await verify(settings, checkout, "HEAD")
    migration(checkout, "SELECT nonsense;")
    assert "The migration stopped: " in (await broken(settings, checkout))[0]
    left = await db.pool.fetchval("SELECT count(*) FROM pg_database WHERE datname LIKE 'minitwit_verify%'")
    assert left == 0


async def test_the_command_fails_with_a_sentence(database_url: str) -> None:
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "db", "verify", "--against", "nothing"],
        capture_output=True,
        check=False,
        env=child_environment(DATABASE_URL=database_url),
        cwd=ROOT,
    )
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.decode() == "git knows no revision nothing here; a shallow clone has to fetch it first\n"
