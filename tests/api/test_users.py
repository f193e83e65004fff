"""users: registering, and asking whether credentials are good."""

import asyncio
from typing import Any

import aiohttp
import pytest

from core.passwords import matches
from core.settings import Settings
from db import Database, users
from tests import given
from tests.api.spoken import losing_its_connection, refused, signed

NEW = {"username": "Grace Hopper", "email": "grace@example.com", "pwd": 'correct "horse" \\ & <battery> \'%'}


async def test_a_registration_becomes_a_user(program: aiohttp.ClientSession, db: Database) -> None:
    answer = await program.post("/register", json=NEW)
    assert answer.status == 204
    assert await answer.read() == b""
    row = await db.pool.fetchrow("SELECT username, email, password_hash FROM users")
    assert row is not None
    assert (row["username"], row["email"]) == (NEW["username"], NEW["email"])
    assert row["password_hash"].startswith("$argon2id$")
    assert matches(NEW["pwd"], row["password_hash"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"username": ""}, "You have to enter a username"),
        ({"username": "", "email": "", "pwd": ""}, "You have to enter a username"),
        ({"email": "", "pwd": ""}, "You have to enter a valid email address"),
        ({"email": "no address", "pwd": ""}, "You have to enter a valid email address"),
        ({"pwd": ""}, "You have to enter a password"),
        ({"username": "login"}, "The username is already taken"),
        ({"username": "a\0b"}, "A NUL character cannot be stored"),
        ({"email": "a@b\0"}, "A NUL character cannot be stored"),
        ({"pwd": "a\0"}, "A NUL character cannot be stored"),
        ({"username": "x" * 256}, "The username is too long: it may have 255 characters"),
    ],
)
async def test_a_registration_that_is_not_valid_is_told_why(
    program: aiohttp.ClientSession, db: Database, change: dict[str, str], words: str
) -> None:
    assert await refused(await program.post("/register", json=NEW | change), 400) == words
    assert await db.pool.fetchval("SELECT count(*) FROM users") == 0


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("username", "You have to enter a username"),
        ("email", "You have to enter a valid email address"),
        ("pwd", "You have to enter a password"),
    ],
)
async def test_a_missing_key_is_told_like_an_empty_one(
    program: aiohttp.ClientSession, missing: str, words: str
) -> None:
    body = {key: value for key, value in NEW.items() if key != missing}
    assert await refused(await program.post("/register", json=body), 400) == words


async def test_a_name_is_taken_once(program: aiohttp.ClientSession, db: Database) -> None:
    assert (await program.post("/register", json=NEW)).status == 204
    again = await program.post("/register", json=NEW | {"email": "other@example.com", "pwd": "other"})
    assert await refused(again, 400) == "The username is already taken"
    assert await db.pool.fetchval("SELECT array_agg(email) FROM users") == ["grace@example.com"]


async def test_of_ten_registrations_of_one_name_at_once_one_wins(program: aiohttp.ClientSession, db: Database) -> None:
    answers = await asyncio.gather(*(program.post("/register", json=NEW) for _ in range(10)))
    assert sorted(answer.status for answer in answers) == [204] + [400] * 9
    assert await db.pool.fetchval("SELECT count(*) FROM users") == 1


async def test_an_email_is_used_twice(program: aiohttp.ClientSession) -> None:
    for name in ("one", "two"):
        assert (await program.post("/register", json=NEW | {"username": name})).status == 204


@pytest.mark.parametrize(
    "change",
    [
        {"username": "a", "pwd": "b", "email": "test@test"},
        {"username": "slash/ed", "email": "@"},
        {"username": " Ömür 🦊 \"'<b>", "pwd": "🔑"},
        {"username": "x" * 255},
    ],
)
async def test_unusual_registrations_are_valid(
    program: aiohttp.ClientSession, db: Database, change: dict[str, str]
) -> None:
    body = NEW | change
    assert (await program.post("/register", json=body)).status == 204
    assert await users.credentials(db, username=body["username"]) is not None


async def test_a_registration_survives_a_lost_connection(program: aiohttp.ClientSession, db: Database) -> None:
    answer = await losing_its_connection(db, "users", program.post("/register", json=NEW))
    assert answer.status == 204
    assert await db.pool.fetchval("SELECT count(*) FROM users") == 1


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (given.SIMULATOR, 204),
        (given.program_of("alice"), 204),
        (signed("alice", "wrong"), 403),
        (signed("nobody", given.PASSWORD), 403),
        (signed("simulator", given.PASSWORD), 403),
        ({}, 403),
    ],
)
async def test_login_tells_whether_credentials_are_good(
    program: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    answer = await program.post("/login", headers=headers)
    if status == 204:
        assert (answer.status, await answer.read()) == (204, b"")
    else:
        assert await refused(answer, 403) == "You are not authorized to use this resource!"


async def test_the_operator_is_no_user(program: aiohttp.ClientSession, db: Database, settings: Settings) -> None:
    body: dict[str, Any] = NEW | {"username": settings.simulator_username, "pwd": "mine"}
    assert (await program.post("/register", json=body)).status == 204
    mine = signed(settings.simulator_username, "mine")
    assert (await program.post("/msgs/simulator", json={"content": "I am a user"}, headers=mine)).status == 204
    await given.user(db, "alice")
    await refused(await program.post("/msgs/alice", json={"content": "not me"}, headers=mine), 403)
