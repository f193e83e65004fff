"""users: a name is taken once; credentials and profiles are found by name."""

import asyncio

from db import Database, users
from db.rows import Credentials, Profile
from tests.given import Cast


async def test_a_registration_returns_the_id_of_a_row_that_is_there(db: Database) -> None:
    user_id = await users.register(db, username="a/b 🐘", email="a@b", password_hash="h")
    row = await db.pool.fetchrow("SELECT user_id, username, email, password_hash FROM users")
    assert row is not None
    assert tuple(row) == (user_id, "a/b 🐘", "a@b", "h")


async def test_a_name_is_taken_once_and_an_email_may_be_used_twice(db: Database) -> None:
    assert await users.register(db, username="alice", email="a@b", password_hash="first")
    assert await users.register(db, username="alice", email="x@y", password_hash="second") is None
    assert await users.register(db, username="Alice", email="a@b", password_hash="h"), "case makes another name"
    known = await users.credentials(db, username="alice")
    assert known is not None
    assert known.password_hash == "first"


async def test_of_many_who_want_a_name_at_once_one_gets_it(db: Database) -> None:
    async def attempt(number: int) -> int | None:
        return await users.register(db, username="alice", email="a@b", password_hash=str(number))

    assert len([user_id for user_id in await asyncio.gather(*map(attempt, range(20))) if user_id]) == 1


async def test_nobody_has_no_credentials_and_no_profile(db: Database) -> None:
    assert await users.credentials(db, username="nobody") is None
    assert await users.profile(db, username="nobody", viewer_id=None) is None


async def test_credentials_are_found_by_name(db: Database, cast: Cast) -> None:
    known = await users.credentials(db, username="alice")
    assert isinstance(known, Credentials)
    assert (known.user_id, known.username) == (cast.alice, "alice")


async def test_a_hash_is_replaced_only_while_it_is_the_one_that_was_verified(db: Database) -> None:
    alice = await users.register(db, username="alice", email="a@b", password_hash="old")
    assert alice is not None
    assert await users.rehash(db, user_id=alice, old_hash="stale", new_hash="new") is None
    assert await users.rehash(db, user_id=alice, old_hash="old", new_hash="new") is True
    known = await users.credentials(db, username="alice")
    assert known is not None
    assert known.password_hash == "new"


async def test_a_profile_shows_numbers_and_whether_the_viewer_follows(db: Database, cast: Cast) -> None:
    seen_by_bob = await users.profile(db, username="alice", viewer_id=cast.bob)
    seen_by_charlie = await users.profile(db, username="alice", viewer_id=cast.charlie)
    seen_by_anyone = await users.profile(db, username="alice", viewer_id=None)
    assert seen_by_bob == Profile(cast.alice, "alice", messages=2, followers=1, following=0, followed=True)
    assert seen_by_charlie == Profile(cast.alice, "alice", messages=2, followers=1, following=0, followed=False)
    assert seen_by_anyone == seen_by_charlie
