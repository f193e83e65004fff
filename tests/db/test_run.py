"""run and psql: a query file can be run by hand, for real with every value given, or unchanged with its samples."""

import asyncio
import subprocess

import pytest

from db import Database, NotReady, timelines
from db.queries import load
from db.tool.run import run
from local.postgres import Programs
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
