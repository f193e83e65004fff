"""top: real numbers of real calls, by file, whoever ran it; what is over its budget is marked."""

from dataclasses import replace
from typing import Any

import pytest

from core.settings import Settings
from db import Database, NotReady, open_database, timelines
from db.queries import load
from db.tool.top import measured, table
from tests.conftest import signed_in_as
from tests.db.test_explain import tool
from tests.given import Cast


@pytest.fixture
def dba(database_url: str) -> str:
    return signed_in_as("minitwit_dba", database_url)


async def row(dba: str, name: str) -> dict[str, Any]:
    (found,) = [record for record in await measured(dba, 100) if record["name"] == name]
    return dict(found)


async def test_three_calls_are_three_whichever_door_made_them(settings: Settings, cast: Cast, dba: str) -> None:
    await measured(dba, 1, reset=True)
    for role, calls in (("minitwit_site", 1), ("minitwit_api", 2)):
        url = signed_in_as(role, settings.database_url)
        async with open_database(replace(settings, database_url=url), service="tests") as door:
            for _ in range(calls):
                assert len(await timelines.public(door, limit=30)) == 2
    counted = await row(dba, "timelines/public")
    assert (counted["calls"], counted["rows_a_call"]) == (3, 2.0)
    assert counted["buffers_a_call"] >= 2, "two messages and their authors were looked at"
    assert counted["total_ms"] == pytest.approx(3 * counted["mean_ms"])


async def test_shares_add_up_and_most_time_comes_first(db: Database, cast: Cast, dba: str) -> None:
    await timelines.public(db, limit=30)
    found = await measured(dba, 1000)
    assert sum(record["share"] for record in found) == pytest.approx(1)
    assert [r["total_ms"] for r in found] == sorted((r["total_ms"] for r in found), reverse=True)
    assert len(await measured(dba, 2)) == 2


async def test_what_no_file_claims_is_one_short_line_without_values(db: Database, dba: str) -> None:
    await measured(dba, 1, reset=True)
    await db.pool.fetch("SELECT\n  'canary',   count(*)\nFROM messages WHERE content = 'canary'")
    await db.pool.execute("EXPLAIN SELECT /* timelines/public */ 'canary'")
    await db.pool.execute("CREATE TABLE canary (id int); DROP TABLE canary")
    names = [record["name"] for record in await measured(dba, 100)]
    assert "SELECT $1, count(*) FROM messages WHERE content = $2" in names
    assert "(commands)" in names
    assert not any("canary" in name or "\n" in name or len(name) > 60 for name in names)
    assert "timelines/public" not in names, "explaining a file is not running it"


async def test_a_file_over_its_budget_is_marked_and_one_without_a_budget_is_not(cast: Cast, db: Database) -> None:
    record = {"calls": 3, "total_ms": 1234.5, "share": 0.5, "mean_ms": 411.5, "rows_a_call": 2, "buffers_a_call": 95.0}
    public = load()["timelines/public"]
    for budget, in_all, shown in ((94, None, "94 over"), (95, None, "95"), (94, 95, "95"), (None, None, "")):
        changed = replace(public, budget=budget, in_all=in_all)
        text = table([{"name": public.name, **record}], {public.name: changed})
        assert text.splitlines()[1].split()[0] == "timelines/public"
        assert text.splitlines()[1].partition("95.0")[2].strip() == shown


async def test_the_command_line_shows_a_table_and_begins_anew(db: Database, cast: Cast, dba: str) -> None:
    await timelines.public(db, limit=30)
    code, out, err = await tool(dba, "top", "--reset")
    assert (code, err) == (0, "")
    head, *lines = out.splitlines()
    assert head.split("  ")[0] == "file"
    assert any(line.startswith("timelines/public ") for line in lines)
    assert "timelines/public" not in (await tool(dba, "top"))[1]


async def test_where_nothing_is_counted_one_sentence_says_what_to_do(empty_database: str) -> None:
    with pytest.raises(NotReady, match=r"shared_preload_libraries, and the owner then runs python -m db migrate$"):
        await measured(empty_database, 1)


async def test_who_may_not_begin_anew_is_told(database_url: str) -> None:
    with pytest.raises(NotReady, match="may not begin to count anew"):
        await measured(signed_in_as("minitwit_site", database_url), 1, reset=True)
