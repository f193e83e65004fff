"""simulator: `?latest=` is stored before the answer leaves, whatever becomes of the call."""

import asyncio

import aiohttp
import pytest
from yarl import URL

from db import Database, simulator
from tests import given
from tests.api.spoken import refused
from tests.conftest import Events


async def latest(program: aiohttp.ClientSession) -> object:
    answer = await program.get("/latest")
    assert answer.status == 200
    return await answer.json()


async def test_latest_is_minus_one_before_the_first_call(program: aiohttp.ClientSession) -> None:
    assert await latest(program) == {"latest": -1}


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("url", "body", "status"),
    [
        ("/msgs/alice", {"content": "hello"}, 204),
        ("/msgs/alice", {"content": "a NUL \0"}, 400),
        ("/msgs/alice", {"content": ""}, 400),
        ("/msgs/nobody", {"content": "hello"}, 404),
        ("/fllws/bob", {"follow": "charlie"}, 204),
        ("/fllws/bob", {"follow": "alice"}, 204),
        ("/fllws/bob", {"follow": "nobody"}, 404),
        ("/fllws/bob", {"unfollow": "alice"}, 204),
        ("/fllws/bob", {"unfollow": "charlie"}, 204),
        ("/fllws/bob", {"unfollow": "nobody"}, 404),
        ("/fllws/bob", {}, 400),
        ("/fllws/nobody", {"unfollow": "alice"}, 404),
        ("/register", {"username": "dora", "email": "d@example.com", "pwd": "x"}, 204),
        ("/register", {"username": "alice", "email": "a@example.com", "pwd": "x"}, 400),
        ("/login", None, 204),
    ],
)
async def test_every_write_stores_its_number(
    program: aiohttp.ClientSession, db: Database, url: str, body: object, status: int
) -> None:
    headers = given.program_of("alice") if url == "/login" else given.SIMULATOR
    answer = await program.post(f"{url}?latest=-1337", json=body, headers=headers)
    assert answer.status == status
    assert await simulator.latest(db) == -1337


async def test_a_write_that_waited_too_long_does_not_overwrite_a_newer_number(
    program: aiohttp.ClientSession, db: Database, cast: given.Cast
) -> None:
    async with db.pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE user_counts IN SHARE MODE")  # who posts, changes it
        posting = program.post("/msgs/alice?latest=1", json={"content": "hello"}, headers=given.SIMULATOR)
        slow = asyncio.ensure_future(posting)
        for _ in range(200):
            if await simulator.latest(db) == 1:
                break
            await asyncio.sleep(0.01)
        assert await latest(program) == {"latest": 1}
        await program.get("/healthz?latest=2")
        await refused(await slow, 503)
    assert await latest(program) == {"latest": 2}


async def test_what_is_written_and_its_number_are_one_statement(
    program: aiohttp.ClientSession, cast: given.Cast, events: Events
) -> None:
    for url, body in (
        ("/msgs/alice?latest=1", {"content": "hello"}),
        ("/fllws/bob?latest=2", {"follow": "charlie"}),
        ("/fllws/bob?latest=3", {"unfollow": "alice"}),
    ):
        assert (await program.post(url, json=body, headers=given.SIMULATOR)).status == 204
    assert [event["db.statements"] for event in events.requests] == [1, 1, 1]
    assert await latest(program) == {"latest": 3}


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("POST", "/msgs/alice", 204),
        ("GET", "/msgs", 200),
        ("GET", "/msgs/nobody", 404),
        ("POST", "/msgs/nobody", 404),
        ("GET", "/nowhere", 404),
        ("DELETE", "/msgs", 405),
        ("GET", "/register", 405),
        ("POST", "/register", 400),
        ("GET", "/latest", 200),
        ("GET", "/healthz", 200),
    ],
)
async def test_every_call_stores_its_number(
    program: aiohttp.ClientSession, db: Database, method: str, url: str, status: int
) -> None:
    body = {"content": "hello"}
    answer = await program.request(method, f"{url}?latest=1337", json=body, headers=given.SIMULATOR)
    assert answer.status == status
    assert await simulator.latest(db) == 1337


async def test_a_call_without_credentials_stores_its_number(program: aiohttp.ClientSession, db: Database) -> None:
    await refused(await program.get("/msgs?latest=7"), 403)
    assert await simulator.latest(db) == 7


async def test_a_call_with_too_large_a_body_stores_its_number(program: aiohttp.ClientSession, db: Database) -> None:
    await refused(await program.post("/register?latest=8", data=b"x" * 1_000_000), 413)
    assert await simulator.latest(db) == 8


async def test_get_latest_answers_with_the_number_it_brings(program: aiohttp.ClientSession) -> None:
    answer = await program.get("/latest?latest=9")
    assert await answer.json() == {"latest": 9}


async def test_a_smaller_number_wins_when_it_comes_last(program: aiohttp.ClientSession) -> None:
    for number in (10, 3, -5, 2**63 - 1, -(2**63), 0):
        await program.get(f"/healthz?latest={number}")
        assert await latest(program) == {"latest": number}


@pytest.mark.parametrize(
    "query",
    [
        "latest=",
        "latest",
        "latest=abc",
        "latest=1.5",
        "latest=%2B5",
        "latest=+5",
        "latest=5%20",
        "latest=5%0A",
        "latest=0x10",
        "latest=1_000",
        "latest=%D9%A5",
        "latest=9223372036854775808",
        "latest=-9223372036854775809",
        "latest=" + "9" * 5000,
        "latest=5&latest=abc",
        "Latest=5",
        "latest=%FF",
        "latest=%00",
    ],
)
async def test_what_is_no_integer_is_ignored(program: aiohttp.ClientSession, db: Database, query: str) -> None:
    await simulator.record(db, latest=42)
    answer = await program.get(URL(f"/healthz?{query}", encoded=True))
    assert answer.status == 200
    assert await simulator.latest(db) == 42


@pytest.mark.parametrize("query", ["latest=1&latest=5", "no=3&latest=5", "l%61test=5", "latest=%35", "latest=0005"])
async def test_the_last_number_wins_however_it_is_spelled(
    program: aiohttp.ClientSession, db: Database, query: str
) -> None:
    answer = await program.get(URL(f"/healthz?{query}", encoded=True))
    assert answer.status == 200
    assert await simulator.latest(db) == 5
