"""Passwords: argon2id at OWASP's minimum, off the event loop, bounded; what other frameworks made is recognised."""

import asyncio
import time
from collections.abc import Callable, Iterator

import django.conf
import pytest
from argon2 import PasswordHasher
from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher, ScryptPasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.security import generate_password_hash

from core.passwords import Passwords, matches, outdated

PASSWORD = "p\"'\\&<>% ßß 🐘"


@pytest.fixture(scope="module", autouse=True)
def _django() -> None:
    """Django's hashers ask for its settings."""
    django.conf.settings.configure()


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    pool = Passwords(threads=2)
    yield pool
    pool.close()


async def test_a_password_matches_its_own_hash_and_no_other(passwords: Passwords) -> None:
    stored = await passwords.hash(PASSWORD)
    assert await passwords.matches(PASSWORD, stored)
    assert not await passwords.matches(PASSWORD + " ", stored)
    assert stored != await passwords.hash(PASSWORD), "each hash has a salt of its own"


async def test_hashes_are_argon2id_at_owasps_minimum_or_better(passwords: Passwords) -> None:
    stored = await passwords.hash(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=7168,t=5,p=1$")
    assert not outdated(stored)


THEIRS: dict[str, Callable[[], str]] = {
    "werkzeug pbkdf2": lambda: generate_password_hash(PASSWORD, method="pbkdf2:sha256:1000"),
    "werkzeug pbkdf2 sha512": lambda: generate_password_hash(PASSWORD, method="pbkdf2:sha512:1000"),
    "werkzeug scrypt": lambda: generate_password_hash(PASSWORD, method="scrypt"),
    "django pbkdf2": lambda: PBKDF2PasswordHasher().encode(PASSWORD, "saltsalt", 1000),
    "django scrypt": lambda: ScryptPasswordHasher().encode(PASSWORD, "saltsalt"),
    "django argon2": lambda: Argon2PasswordHasher().encode(PASSWORD, "saltsalt"),
    "argon2 with other parameters": lambda: PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD),
    "ours of before": lambda: PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash(PASSWORD),
}


@pytest.mark.parametrize("kind", THEIRS)
def test_a_hash_of_another_program_is_recognised_and_gets_upgraded(kind: str) -> None:
    stored = THEIRS[kind]()
    assert matches(PASSWORD, stored)
    assert not matches(PASSWORD[:-1], stored)
    assert outdated(stored)


@given(st.text(max_size=80) | st.from_regex(r"(pbkdf2|scrypt|pbkdf2_sha256|argon2|\$argon2id)[:$a-z=,+/]{0,60}[0-9]?"))
def test_a_damaged_or_unknown_hash_matches_nothing(stored: str) -> None:
    assert not matches(PASSWORD, stored)


async def test_never_more_passwords_at_a_time_than_allowed_and_the_event_loop_stays_free() -> None:
    pool, running, most, ticks = Passwords(threads=2), 0, 0, 0

    def work(_: str) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.05)
        running -= 1

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.005)

    ticking = asyncio.create_task(tick())
    await asyncio.gather(*(pool._run(pool._hashing, work, "") for _ in range(6)))
    ticking.cancel()
    pool.close()
    assert most == 2
    assert ticks >= 10


async def test_nobody_who_registers_waits_behind_those_who_guess(passwords: Passwords) -> None:
    stored = await passwords.hash(PASSWORD)
    guesses = [asyncio.create_task(passwords.matches(f"guess {number}", stored)) for number in range(200)]
    await asyncio.sleep(0)
    await passwords.hash(PASSWORD)
    waiting = sum(not guess.done() for guess in guesses)
    assert not any(await asyncio.gather(*guesses))
    assert waiting > 100, "the hash came after most of the guesses"
