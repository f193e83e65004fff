"""Names in paths: whatever a name holds, it reaches the user who has it, and nobody else."""

import time

import aiohttp
import pytest
from yarl import URL

from api_starlette import parameters
from db import Database
from tests import given
from tests.api.spoken import address, refused

NAMES = [
    "a b",
    "slash/ed",
    "/",
    "//",
    "trailing/",
    "bob\n",
    "\nbob",
    "bob\r\n",
    "what?",
    "#tag",
    "100%",
    "%2F",
    "a+b",
    "a&b=c",
    'quote"d',
    "it's",
    "<b>",
    "back\\slash",
    "semi;colon",
    "🦊",
    "Ömür",
    "\ufffd",
    "\u202eright to left",
    "x" * 255,
]


@pytest.mark.parametrize("name", NAMES)
async def test_every_name_reaches_its_user(program: aiohttp.ClientSession, db: Database, name: str) -> None:
    await given.user(db, "bob")
    assert name == "bob" or await given.user(db, name)
    posted = await program.post(address("msgs", name), json={"content": "Here I am"}, headers=given.program_of(name))
    assert posted.status == 204
    followed = await program.post(address("fllws", "bob"), json={"follow": name}, headers=given.SIMULATOR)
    assert followed.status == 204
    read = await program.get(address("msgs", name), headers=given.SIMULATOR)
    assert [(message["user"], message["content"]) for message in await read.json()] == [(name, "Here I am")]
    following = await program.get(address("fllws", "bob"), headers=given.SIMULATOR)
    assert await following.json() == {"follows": [name]}


async def test_a_slash_may_stand_as_it_is(program: aiohttp.ClientSession, db: Database) -> None:
    await given.user(db, "a/b")
    answer = await program.get("/msgs/a/b", headers=given.SIMULATOR)
    assert (answer.status, await answer.json()) == (200, [])


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("noun", ["msgs", "fllws"])
@pytest.mark.parametrize(
    "name", ["%FF", "bob%FF", "%C3", "%ED%A0%80", "bob%0A", "bob%20", "Bob", "bob/", "%EF%BB%BFbob", "x" * 5000, ""]
)
async def test_a_name_that_is_almost_somebodys_is_nobodys(
    program: aiohttp.ClientSession, db: Database, method: str, noun: str, name: str
) -> None:
    body = {"content": "x", "follow": "alice"}
    url = URL(f"/{noun}/{name}", encoded=True)
    await refused(await program.request(method, url, json=body, headers=given.SIMULATOR), 404)
    assert await db.pool.fetchval("SELECT count(*) FROM messages") == 2


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("noun", ["msgs", "fllws"])
async def test_a_nul_character_is_in_no_name(program: aiohttp.ClientSession, method: str, noun: str) -> None:
    body = {"content": "x", "follow": "alice"}
    url = URL(f"/{noun}/bob%00", encoded=True)
    answer = await program.request(method, url, json=body, headers=given.SIMULATOR)
    assert await refused(answer, 400) == "A NUL character cannot be stored"


@pytest.mark.parametrize("zeros", [100, 50_000])
async def test_a_long_number_keeps_nobody_waiting(zeros: int) -> None:
    digits = b"0" * zeros
    started = time.process_time()
    assert parameters.integer(b"latest=" + digits + b"x", "latest") is None
    assert parameters.integer(b"latest=" + digits + b"7", "latest") == 7
    assert parameters.integer(b"latest=-" + digits, "latest") == 0
    assert parameters.integer(b"latest=-1" + digits, "latest") == -(10**20)
    assert time.process_time() - started < 0.05, "the event loop, and with it each other request, has waited"


@pytest.mark.parametrize(
    "path", ["/msgs%0A", "/latest%0A", "/register%0A", "/latest/", "/register/", "//latest", "/%FF"]
)
async def test_an_address_matches_to_its_last_character_and_is_never_redirected(
    program: aiohttp.ClientSession, api: str, path: str
) -> None:
    answer = await program.get(URL(api + path, encoded=True), headers=given.SIMULATOR, allow_redirects=False)
    assert await refused(answer, 404) == "There is nothing at this address"
