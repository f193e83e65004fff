"""The cast: Alice posts, Bob follows Alice, Charlie follows nobody."""

from dataclasses import dataclass

import aiohttp

from core import passwords
from db import Database, followers, messages, users

PASSWORD = "s3cret of theirs"
"""The password of everyone in the cast."""

SIMULATOR = {"Authorization": aiohttp.encode_basic_auth("simulator", "super_safe!")}
"""The headers of the operator's account, as the public simulator sends them."""

_HASH = passwords.hash(PASSWORD)

_TABLES = ("sessions", "followers", "messages", "newest_messages", "user_counts", "users", "simulator")
"""Who refers to another stands before it."""


@dataclass(frozen=True)
class Cast:
    """Their ids. `alice_wrote` holds the ids of her messages, oldest first."""

    alice: int
    bob: int
    charlie: int
    alice_wrote: tuple[int, ...]


async def nothing(db: Database) -> None:
    """Every table is empty, and ids begin at 1. A TRUNCATE of next to nothing takes 20 times as long as these DELETEs,
    and after it each door plans every statement anew."""
    emptied = "; ".join(f"DELETE FROM {table}" for table in _TABLES)
    await db.pool.execute(f"{emptied}; SELECT setval(seqrelid, seqstart, false) FROM pg_sequence")


async def new_tables(db: Database) -> None:
    """As `nothing`, and the tables are as small as on their first day: a plan and its buffers also depend on the rows
    that were deleted."""
    await db.pool.execute(f"TRUNCATE {', '.join(_TABLES)}")
    await nothing(db)


async def user(db: Database, name: str) -> int:
    """The id of a new user whose password is `PASSWORD`."""
    user_id = await users.register(db, username=name, email=f"{name}@example.com", password_hash=_HASH)
    assert user_id is not None, f"{name} is there already"
    return user_id


async def message(db: Database, author: str, content: str) -> int:
    """The id of a new message."""
    message_id = await messages.post(db, username=author, content=content)
    assert message_id is not None, f"{author} is not there"
    return message_id


async def cast(db: Database) -> Cast:
    """Alice posts twice, Bob follows Alice, Charlie follows nobody."""
    alice, bob, charlie = [await user(db, name) for name in ("alice", "bob", "charlie")]
    wrote = [await message(db, "alice", words) for words in ("Alice was here", "Alice is still here")]
    assert await followers.follow(db, who="bob", whom="alice")
    return Cast(alice, bob, charlie, tuple(wrote))


def browser(site: str) -> aiohttp.ClientSession:
    """Someone at the site who keeps cookies; used as a context manager."""
    return aiohttp.ClientSession(site, cookie_jar=aiohttp.CookieJar(unsafe=True))  # unsafe: the host is an address


def program_of(name: str) -> dict[str, str]:
    """The headers of a program that acts for someone of the cast."""
    return {"Authorization": aiohttp.encode_basic_auth(name, PASSWORD)}
