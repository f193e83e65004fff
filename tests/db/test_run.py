"""run and psql: a query file can be run by hand, for real with every value given, or unchanged with its samples."""

import asyncio
import subprocess
import sys

import pytest

from core.settings import child_environment
from db import Database, NotReady, timelines
from db.queries import load
from db.tool.run import run
from local.postgres import Programs
from tests.conftest import signed_in_as
from tests.given import Cast


async def test_a_moderator_hides_a_message_by_hand(db: Database, cast: Cast, database_url: str) -> None:
    first, second = cast.alice_wrote
    assert await run(database_url, db.queries["messages/hide"], {"message_id": str(second)}) == "done\nTrue"
    assert [m.message_id for m in await timelines.public(db, limit=30)] == [first]


async def test_nothing_is_run_with_a_sample_in_the_place_of_a_value(
    db: Database, cast: Cast, database_url: str
) -> None:
    for given in ({}, {"message_id": "1", "also": "2"}):
        with pytest.raises(NotReady, match="messages/hide takes message_id: give each, and no other"):
            await run(database_url, db.queries["messages/hide"], given)
    assert len(await timelines.public(db, limit=30)) == 2


@pytest.mark.parametrize(
    ("user", "value", "words"),
    [
        ("minitwit", "9" * 30, "value out of int64 range"),
        ("minitwit_dba", "1", "cannot execute UPDATE in a read-only transaction"),
    ],
)
async def test_what_postgresql_refuses_is_told_in_its_words(
    db: Database, cast: Cast, database_url: str, user: str, value: str, words: str
) -> None:
    url = database_url if user == "minitwit" else signed_in_as(user, database_url)
    with pytest.raises(NotReady) as refused:
        await run(url, db.queries["messages/hide"], {"message_id": value})
    assert str(refused.value).startswith("db/sql/messages/hide.sql: PostgreSQL refuses it: ")
    assert words in str(refused.value)


@pytest.mark.parametrize("command", ["top", "status", "explain users/profile"])
async def test_an_address_that_cannot_be_read_is_told_in_one_sentence(command: str) -> None:
    environment = child_environment(DATABASE_URL="postgresql://u:pa/ss@127.0.0.1:1/db")
    words = [sys.executable, "-m", "db", *command.split()]
    ended = await asyncio.to_thread(subprocess.run, words, env=environment, capture_output=True, check=False)
    said = ended.stderr.decode()
    assert (ended.returncode, said.count("\n")) == (1, 1), said
    assert "Traceback" not in said
    assert "pa/ss" not in said


@pytest.mark.parametrize("name", load())
async def test_a_file_runs_unchanged_in_psql(
    db: Database, cast: Cast, database_url: str, programs: Programs, name: str
) -> None:
    command = [
        programs.path("psql"),
        database_url,
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        "BEGIN",
        "-f",
        str(db.queries[name].path),
    ]
    ended = await asyncio.to_thread(subprocess.run, [*command, "-c", "ROLLBACK"], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
