"""explain: the plan of a file, with other values, and never a change."""

import asyncio
import re
import sys

import pytest

from core.settings import child_environment
from db import Database, NotReady
from db.tool.explain import explain
from tests.given import Cast


async def tool(url: str, *words: str) -> tuple[int, str, str]:
    """What `python -m db` answers: exit code, standard output, standard error."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "db", *words),
        env=child_environment(DATABASE_URL=url),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await child.communicate()
    assert child.returncode is not None
    return child.returncode, out.decode(), err.decode()


async def test_every_file_can_be_explained_with_its_samples(db: Database, cast: Cast, database_url: str) -> None:
    for query in db.queries.values():
        plan = await explain(database_url, query, {})
        assert "Buffers:" in plan or "never executed" in plan
        assert "Execution Time:" in plan


async def test_explaining_a_write_changes_nothing(db: Database, cast: Cast, database_url: str) -> None:
    before = [await db.pool.fetchval(f"SELECT count(*) FROM {table}") for table in ("users", "messages", "followers")]
    for name, given in (
        ("messages/post", {"username": "alice", "content": "never"}),
        ("followers/unfollow", {"who": "bob", "whom": "alice"}),
        ("users/register", {"username": "dora"}),
    ):
        assert "Execution Time" in await explain(database_url, db.queries[name], given)
    after = [await db.pool.fetchval(f"SELECT count(*) FROM {table}") for table in ("users", "messages", "followers")]
    assert after == before == [3, 2, 1]


async def test_values_may_be_given_and_a_wrong_one_is_told(db: Database, cast: Cast, database_url: str) -> None:
    query = db.queries["timelines/followed"]
    assert "rows=2" in await explain(database_url, query, {"user_id": str(cast.bob)})
    with pytest.raises(NotReady, match="takes user_id as int8, which 'bob' is not"):
        await explain(database_url, query, {"user_id": "bob"})
    with pytest.raises(NotReady, match="does not take user; it takes user_id, before, limit"):
        await explain(database_url, query, {"user": "1"})


async def test_the_command_line_explains_checks_and_tells_the_status(db: Database, database_url: str) -> None:
    code, out, err = await tool(database_url, "explain", "timelines/followed", "user_id=42")
    assert (code, err) == (0, "")
    assert "messages_shown_by_author" in out
    code, out, err = await tool(database_url, "check")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"\d\d query files fit the schema and their Python functions \(\d+\.\d ms a file\)\.\n", out)
    code, out, _ = await tool(database_url, "status")
    assert code == 0
    assert out.splitlines()[0] == "applied  0001-users"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("explain", "timelines/nothing"), "There is no query timelines/nothing; there are followers/follow,"),
        (("explain", "timelines/public", "limit"), "Values are written name=value, which 'limit' is not"),
    ],
)
async def test_a_mistake_on_the_command_line_is_one_sentence(
    database_url: str, words: tuple[str, ...], sentence: str
) -> None:
    code, out, err = await tool(database_url, *words)
    assert (code, out) == (1, "")
    assert err.startswith(sentence)
    assert len(err.splitlines()) == 1


async def test_without_a_database_each_command_says_so_and_fails() -> None:
    for command in ("migrate", "rollback", "status", "check"):
        code, _, err = await tool("postgresql://u:hunter2@127.0.0.1:1/d", command)
        assert code == 1
        assert len(err.splitlines()) == 1, err
        assert "hunter2" not in err
