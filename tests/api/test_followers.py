"""followers: GET and POST /fllws/{username}."""

from typing import Any

import aiohttp
import pytest

from db import Database, followers
from tests import given
from tests.api.spoken import losing_its_connection, refused

pytestmark = pytest.mark.usefixtures("cast")


async def follows(db: Database) -> list[tuple[str, str]]:
    """Everyone who follows, and whom."""
    rows = await db.pool.fetch(
        "SELECT a.username AS who, b.username AS whom FROM followers"
        " JOIN users AS a ON a.user_id = who_id JOIN users AS b ON b.user_id = whom_id ORDER BY 1, 2"
    )
    return [(row["who"], row["whom"]) for row in rows]


async def change(program: aiohttp.ClientSession, who: str, body: dict[str, Any]) -> aiohttp.ClientResponse:
    return await program.post(f"/fllws/{who}", json=body, headers=given.SIMULATOR)


async def test_following_is_listed_in_the_order_of_registration(program: aiohttp.ClientSession, db: Database) -> None:
    for whom in ("bob", "alice"):
        assert (await change(program, "charlie", {"follow": whom})).status == 204
    answer = await program.get("/fllws/charlie", headers=given.SIMULATOR)
    assert answer.status == 200
    assert await answer.json() == {"follows": ["alice", "bob"]}
    limited = await program.get("/fllws/charlie?no=1", headers=given.program_of("bob"))
    assert await limited.json() == {"follows": ["alice"]}


async def test_who_follows_nobody_has_an_empty_list(program: aiohttp.ClientSession) -> None:
    answer = await program.get("/fllws/charlie", headers=given.SIMULATOR)
    assert await answer.json() == {"follows": []}


async def test_a_second_follow_changes_nothing(program: aiohttp.ClientSession, db: Database) -> None:
    for _ in range(2):
        answer = await change(program, "bob", {"follow": "alice"})
        assert (answer.status, await answer.read()) == (204, b"")
    assert await follows(db) == [("bob", "alice")]


async def test_one_may_follow_oneself(program: aiohttp.ClientSession, db: Database) -> None:
    assert (await change(program, "alice", {"follow": "alice"})).status == 204
    assert ("alice", "alice") in await follows(db)


@pytest.mark.parametrize(("body", "then"), [({"follow": "charlie"}, 2), ({"unfollow": "alice"}, 0)])
async def test_a_change_survives_a_lost_connection(
    program: aiohttp.ClientSession, db: Database, body: dict[str, Any], then: int
) -> None:
    assert (await losing_its_connection(db, "followers", change(program, "bob", body))).status == 204
    assert len(await follows(db)) == then


async def test_unfollowing_ends_it_once_and_for_all(program: aiohttp.ClientSession, db: Database) -> None:
    for _ in range(2):
        assert (await change(program, "bob", {"unfollow": "alice"})).status == 204
        assert await follows(db) == []


async def test_follow_wins_over_unfollow(program: aiohttp.ClientSession, db: Database) -> None:
    assert (await change(program, "charlie", {"unfollow": "bob", "follow": "alice"})).status == 204
    assert (await change(program, "bob", {"unfollow": "alice", "follow": "alice"})).status == 204
    assert await follows(db) == [("bob", "alice"), ("charlie", "alice")]


async def test_an_absent_key_may_be_null(program: aiohttp.ClientSession, db: Database) -> None:
    assert (await change(program, "bob", {"unfollow": "alice", "follow": None})).status == 204
    assert await follows(db) == []


@pytest.mark.parametrize("key", ["follow", "unfollow"])
async def test_either_name_has_to_be_known(program: aiohttp.ClientSession, db: Database, key: str) -> None:
    for who, whom in (("alice", "nobody"), ("nobody", "alice"), ("nobody", "nobody"), ("alice", "")):
        assert await refused(await change(program, who, {key: whom}), 404) == "There is no such user"
    assert await refused(await program.get("/fllws/nobody", headers=given.SIMULATOR), 404) == "There is no such user"
    assert await follows(db) == [("bob", "alice")]


async def test_one_of_the_two_has_to_be_said(program: aiohttp.ClientSession) -> None:
    words = 'You have to say whom to "follow" or "unfollow"'
    for body in ({}, {"folow": "alice"}, {"follow": None}):
        assert await refused(await change(program, "bob", body), 400) == words


async def test_a_user_follows_only_for_themselves(program: aiohttp.ClientSession, db: Database) -> None:
    mine = given.program_of("charlie")
    assert (await program.post("/fllws/charlie", json={"follow": "bob"}, headers=mine)).status == 204
    await refused(await program.post("/fllws/alice", json={"follow": "bob"}, headers=mine), 403)
    assert await follows(db) == [("bob", "alice"), ("charlie", "bob")]


async def test_what_the_list_says_is_what_the_database_says(program: aiohttp.ClientSession, db: Database) -> None:
    await change(program, "alice", {"follow": "bob"})
    assert await followers.following(db, username="alice", limit=9) == ["bob"]
