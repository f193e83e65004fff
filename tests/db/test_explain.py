"""explain: the plan of a file, with other values, and never a change."""

import asyncio
import re
import sys
from dataclasses import replace

import pytest

from core.settings import child_environment
from db import Database, NotReady, simulator
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
        assert re.search(r"^\d+ buffers? .*of a budget of [\d,]+\.$", plan.splitlines()[-1])
        assert "Execution Time:" in plan


async def test_explaining_a_write_changes_nothing(db: Database, cast: Cast, database_url: str) -> None:
    before = [await db.pool.fetchval(f"SELECT count(*) FROM {table}") for table in ("users", "messages", "followers")]
    for name, given in (
        ("messages/post", {"username": "alice", "content": "never"}),
        ("followers/unfollow", {"who": "bob", "whom": "alice"}),
        ("users/register", {"username": "dora"}),
        ("simulator/record", {"latest": "5"}),
    ):
        assert "Execution Time" in await explain(database_url, db.queries[name], given)
    after = [await db.pool.fetchval(f"SELECT count(*) FROM {table}") for table in ("users", "messages", "followers")]
    assert after == before == [3, 2, 1]
    assert await simulator.latest(db) is None, "no rollback takes back where a sequence is"


@pytest.mark.parametrize("kind", ["custom", "generic"])
async def test_the_plan_is_for_the_values_at_hand_or_for_any(
    db: Database, cast: Cast, database_url: str, kind: str
) -> None:
    plan = await explain(database_url, db.queries["users/credentials"], {"username": "bob"}, kind=kind)
    assert ("(username = 'bob'::text)" in plan) == (kind == "custom")
    assert ("(username = $1)" in plan) == (kind == "generic")


async def test_the_last_line_holds_the_plan_against_its_budget(db: Database, cast: Cast, database_url: str) -> None:
    query = db.queries["users/credentials"]
    plan = await explain(database_url, query, {})
    (touched,) = re.findall(r"^  Buffers: shared hit=(\d+)$", plan.split("\nPlanning")[0], re.MULTILINE)
    assert plan.splitlines()[-1] == f"{touched} buffers of a budget of 10."
    over = await explain(database_url, replace(query, budget=1), {})
    assert over.splitlines()[-1] == f"{touched} buffers of a budget of 1: over it."
    none = await explain(database_url, replace(query, budget=None), {})
    assert none.splitlines()[-1] == f"{touched} buffers. No budget."


async def test_a_write_is_told_with_what_runs_after_its_plan(db: Database, cast: Cast, database_url: str) -> None:
    plan = await explain(database_url, db.queries["followers/follow"], {"who": "charlie"})
    of_plan, in_all = plan.splitlines()[-2:]
    assert re.fullmatch(r"\d+ buffers of a budget of 30\.", of_plan)
    assert re.fullmatch(r"\d+ buffers in all, with triggers and foreign keys, of a budget of 60\.", in_all)
    assert int(in_all.split()[0]) > int(of_plan.split()[0])


async def test_an_index_is_tried_and_not_kept(db: Database, cast: Cast, database_url: str) -> None:
    query, indexes = db.queries["users/credentials"], "SELECT count(*) FROM pg_class WHERE relkind = 'i'"
    before = await db.pool.fetchval(indexes)
    many = "SELECT n, n, n FROM generate_series(1, 1000) AS n"
    await db.pool.execute(f"INSERT INTO users (username, email, password_hash) {many}")
    tried = "CREATE INDEX tried ON users (username) INCLUDE (user_id, password_hash)"
    assert "tried" not in await explain(database_url, query, {})
    assert "using tried on users" in await explain(database_url, query, {}, indexes=[tried])
    assert await db.pool.fetchval(indexes) == before


@pytest.mark.parametrize(
    ("index", "sentence"),
    [
        ("CREATE INDEX CONCURRENTLY tried ON users (email)", "which cannot be done CONCURRENTLY: leave it out"),
        ("CREATE INDEX tried ON nothing (email)", 'PostgreSQL refuses the index: relation "nothing" does not exist'),
        (
            "CREATE INDEX tried ON users (email); COMMIT",
            "PostgreSQL refuses the index: cannot insert multiple commands",
        ),
        ("DROP TABLE users", "--index takes the statement that creates one index, which 'DROP TABLE users' is not"),
    ],
)
async def test_what_is_no_index_is_refused(db: Database, database_url: str, index: str, sentence: str) -> None:
    with pytest.raises(NotReady, match=re.escape(sentence)):
        await explain(database_url, db.queries["users/credentials"], {}, indexes=[index])
    assert await db.pool.fetchval("SELECT to_regclass('tried')") is None


async def test_values_may_be_given_and_a_wrong_one_is_told(db: Database, cast: Cast, database_url: str) -> None:
    query = db.queries["timelines/followed"]
    assert "rows=2" in await explain(database_url, query, {"user_id": str(cast.bob)})
    with pytest.raises(NotReady, match="takes user_id as int8, which 'bob' is not"):
        await explain(database_url, query, {"user_id": "bob"})
    with pytest.raises(NotReady, match="does not take user; it takes user_id, before, limit"):
        await explain(database_url, query, {"user": "1"})


async def test_a_statement_that_fails_is_told_with_its_file(db: Database, cast: Cast, database_url: str) -> None:
    with pytest.raises(NotReady, match=r"^db/sql/sessions/open.sql: PostgreSQL refuses it: insert or update on table"):
        await explain(database_url, db.queries["sessions/open"], {"user_id": "4711"})


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
