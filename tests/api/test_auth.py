"""auth: who is let in, who is not, and how long a password is remembered."""

import base64
import time

import aiohttp
import pytest
from werkzeug.security import generate_password_hash

from api_starlette import auth
from core import passwords
from db import Database, users
from tests import given
from tests.api.spoken import refused, signed
from tests.conftest import Events

REFUSAL = "You are not authorized to use this resource!"


def basic(pair: str | bytes) -> str:
    return base64.b64encode(pair.encode() if isinstance(pair, str) else pair).decode()


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/msgs"),
        ("GET", "/msgs/"),
        ("GET", "/msgs/alice"),
        ("POST", "/msgs/alice"),
        ("GET", "/fllws/alice"),
        ("POST", "/fllws/alice"),
        ("GET", "/fllws"),
        ("GET", "/msgs/nobody"),
        ("DELETE", "/msgs"),
        ("PUT", "/fllws/alice"),
        ("HEAD", "/msgs"),
        ("OPTIONS", "/msgs"),
        ("GET", "/msgs%2Falice"),
    ],
)
async def test_strangers_are_refused_before_anything_else(
    program: aiohttp.ClientSession, method: str, path: str
) -> None:
    answer = await program.request(method, path)
    assert answer.status == 403
    if method != "HEAD":
        assert await refused(answer, 403) == REFUSAL


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic c2ltdWxh=dG9yOnN1cGVyX3NhZmUh",
        "Bearer c2ltdWxhdG9yOnN1cGVyX3NhZmUh",
        "Basicc2ltdWxhdG9yOnN1cGVyX3NhZmUh",
        "c2ltdWxhdG9yOnN1cGVyX3NhZmUh",
        "Basic " + basic("simulator"),
        "Basic " + basic("simulator:"),
        "Basic " + basic("simulator:super_safe"),
        "Basic " + basic("simulator:super_safe!!"),
        "Basic " + basic("Simulator:super_safe!"),
        "Basic " + basic(":super_safe!"),
        "Basic " + basic(":"),
        "Basic " + basic(b"\xff:\xff"),
        "Basic " + basic("alice\0:" + given.PASSWORD),
        "Basic " + basic("alice:" + given.PASSWORD + "\0"),
        "Basic " + basic("alice:" + given.PASSWORD.upper()),
        "Basic " + basic("alice:"),
        "Basic " + basic("a" * 5000 + ":x"),
        "Digest username=alice",
    ],
)
async def test_malformed_and_wrong_credentials_are_refused(program: aiohttp.ClientSession, header: str) -> None:
    answer = await program.get("/msgs", headers={"Authorization": header})
    assert await refused(answer, 403) == REFUSAL


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", "Basic  "])
async def test_the_scheme_is_written_as_one_likes(program: aiohttp.ClientSession, scheme: str) -> None:
    header = f"{scheme} {basic('simulator:super_safe!')}"
    assert (await program.get("/msgs", headers={"Authorization": header})).status == 200


@pytest.mark.parametrize("password", ["a:b:c", "päss 🔑", "\"'\\&<>% ", "x" * 1000])
async def test_any_password_signs_in(program: aiohttp.ClientSession, password: str) -> None:
    body = {"username": "Ömür 🦊", "email": "o@example.com", "pwd": password}
    assert (await program.post("/register", json=body)).status == 204
    assert (await program.get("/msgs", headers=signed("Ömür 🦊", password))).status == 200
    await refused(await program.get("/msgs", headers=signed("Ömür 🦊", password + "x")), 403)


async def test_a_changed_password_is_refused_at_once(
    program: aiohttp.ClientSession, cast: given.Cast, db: Database
) -> None:
    old, new = given.program_of("alice"), signed("alice", "new one")
    for _ in range(2):
        assert (await program.post("/login", headers=old)).status == 204
    changed = passwords.hash("new one")
    await db.pool.execute("UPDATE users SET password_hash = $1 WHERE user_id = $2", changed, cast.alice)
    await refused(await program.post("/login", headers=old), 403)
    assert (await program.post("/login", headers=new)).status == 204


async def test_a_second_request_costs_no_second_verification(
    program: aiohttp.ClientSession, cast: given.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await program.post("/login", headers=given.program_of("bob"))).status == 204
    monkeypatch.setattr(passwords, "matches", lambda *_: pytest.fail("verified again"))
    assert (await program.post("/login", headers=given.program_of("bob"))).status == 204


async def test_a_wrong_password_is_not_remembered_for_the_right_one(
    program: aiohttp.ClientSession, cast: given.Cast
) -> None:
    await refused(await program.post("/login", headers=signed("alice", "wrong")), 403)
    assert (await program.post("/login", headers=given.program_of("alice"))).status == 204
    await refused(await program.post("/login", headers=signed("alice", "wrong")), 403)


async def test_one_hash_remembered_lets_no_other_user_in(program: aiohttp.ClientSession, cast: given.Cast) -> None:
    assert (await program.post("/login", headers=given.program_of("alice"))).status == 204
    await refused(await program.post("/login", headers=signed("nobody", given.PASSWORD)), 403)


async def test_an_outdated_hash_becomes_a_better_one(
    program: aiohttp.ClientSession, db: Database, events: Events
) -> None:
    legacy = generate_password_hash(given.PASSWORD, method="pbkdf2:sha256:1000")
    await users.register(db, username="old", email="o@example.com", password_hash=legacy)
    await refused(await program.post("/login", headers=signed("old", "wrong")), 403)
    assert await db.pool.fetchval("SELECT password_hash FROM users") == legacy
    assert (await program.get("/msgs", headers=given.program_of("old"))).status == 200
    assert not passwords.outdated(await db.pool.fetchval("SELECT password_hash FROM users"))
    assert events.requests[-1]["db.statements"] == 3
    assert (await program.post("/login", headers=given.program_of("old"))).status == 204


async def test_a_better_hash_waits_for_a_request_with_a_statement_to_spare(
    program: aiohttp.ClientSession, db: Database, events: Events
) -> None:
    legacy = generate_password_hash(given.PASSWORD, method="scrypt")
    await users.register(db, username="old", email="o@example.com", password_hash=legacy)
    assert (await program.get("/msgs?latest=1", headers=given.program_of("old"))).status == 200
    assert events.requests[-1]["db.statements"] == 3
    assert await db.pool.fetchval("SELECT password_hash FROM users") == legacy
    headers = given.program_of("old")
    await refused(await program.post("/fllws/old?latest=2", json={"follow": "nobody"}, headers=headers), 404)
    assert events.requests[-1]["db.statements"] == 3, "one for the number, which the refused follow did not store"
    assert await db.pool.fetchval("SELECT password_hash FROM users") == legacy


class TestVerified:
    def test_knows_what_it_remembers_and_nothing_else(self) -> None:
        verified = auth.Verified()
        verified.remember("hash", "password")
        assert verified.knows("hash", "password")
        assert not verified.knows("hash", "other")
        assert not verified.knows("other", "password")
        assert not verified.knows("hashp", "assword")

    def test_forgets_after_its_time(self) -> None:
        verified = auth.Verified(seconds=0.01)
        verified.remember("hash", "password")
        time.sleep(0.02)
        assert not verified.knows("hash", "password")

    def test_forgets_the_oldest_when_there_are_too_many(self) -> None:
        verified = auth.Verified(size=2)
        for password in ("one", "two", "one", "three"):
            verified.remember("hash", password)
        assert [verified.knows("hash", password) for password in ("one", "two", "three")] == [True, False, True]

    def test_keeps_no_password(self) -> None:
        verified = auth.Verified()
        verified.remember("the stored hash", "the password")
        kept = repr(vars(verified))
        assert "the stored hash" not in kept
        assert "the password" not in kept
