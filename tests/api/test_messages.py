"""messages: POST /msgs/{username}."""

import aiohttp
import pytest

from db import Database
from tests import given
from tests.api.spoken import address, refused

pytestmark = pytest.mark.usefixtures("cast")


async def written(db: Database) -> list[tuple[str, str]]:
    """Who wrote what since the cast did, oldest first."""
    rows = await db.pool.fetch(
        "SELECT username, content FROM messages JOIN users ON user_id = author_id ORDER BY message_id OFFSET 2"
    )
    return [(row["username"], row["content"]) for row in rows]


@pytest.mark.parametrize(
    "content",
    ["Hello", " spaces around ", "“curly” – dashes, é", "\ufeffbegins with U+FEFF", "🦊🏳️‍🌈", "a\nb\tc", "x" * 10_000],
)
async def test_a_message_is_stored_as_it_was_written(
    program: aiohttp.ClientSession, db: Database, content: str
) -> None:
    answer = await program.post("/msgs/bob", json={"content": content}, headers=given.SIMULATOR)
    assert (answer.status, await answer.read()) == (204, b"")
    assert await written(db) == [("bob", content)]


async def test_a_user_writes_with_their_own_password(program: aiohttp.ClientSession, db: Database) -> None:
    answer = await program.post("/msgs/bob", json={"content": "It is me"}, headers=given.program_of("bob"))
    assert answer.status == 204
    assert await written(db) == [("bob", "It is me")]


async def test_a_user_does_not_write_as_another(program: aiohttp.ClientSession, db: Database) -> None:
    for name in ("alice", "nobody", "Bob", "bob\n"):
        answer = await program.post(address("msgs", name), json={"content": "x"}, headers=given.program_of("bob"))
        assert await refused(answer, 403) == "You are not authorized to use this resource!"
    assert await written(db) == []


async def test_nobody_writes_as_an_unknown_user(program: aiohttp.ClientSession, db: Database) -> None:
    answer = await program.post("/msgs/nobody", json={"content": "x"}, headers=given.SIMULATOR)
    assert await refused(answer, 404) == "There is no such user"
    assert await written(db) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"content": ""}, "You have to enter a message"),
        ({"content": " \n\t"}, "You have to enter a message"),
        ({}, "You have to enter a message"),
        ({"content": "a\0b"}, "A NUL character cannot be stored"),
        ({"content": "x" * 10_001}, "The message is too long: it may have 10,000 characters"),
    ],
)
async def test_a_message_that_is_not_valid_is_told_why(
    program: aiohttp.ClientSession, db: Database, body: dict[str, str], words: str
) -> None:
    answer = await program.post("/msgs/bob", json=body, headers=given.SIMULATOR)
    assert await refused(answer, 400) == words
    assert await written(db) == []
