"""Fills an empty, migrated database with `seed.sql`, and lets the readers in it sign in."""

import asyncio
from pathlib import Path

from core import passwords
from db import Database

FOLLOWS = (1, 100, 1000, 10000)
"""How many the readers follow."""

AUTHORS = {"busy": "author 1", "quiet": "author 9993"}
"""The one who wrote most, and one who wrote a single message, long ago."""

READERS_PASSWORD = "of the readers"  # noqa: S105  a throw-away database on the loopback address

HIDDEN = "SELECT sum(relpages - relallvisible) FROM pg_class WHERE relname IN ('messages', 'followers')"
"""Pages that a vacuum did not yet find visible to everyone: an index alone cannot answer for them."""

PATIENCE = 120
"""Seconds that a statement of ours may take on a slow machine; a door's has far fewer."""


def reader(follows: int, *, silent: bool = False) -> str:
    """The name of the reader who follows so many people: of every kind, or silent ones."""
    return f"reader of {follows}{' silent' if silent else ''}"


async def seed(database: Database) -> None:
    """30,000 users, 100,000 messages; then vacuumed and analysed, as a database is that has run for a while."""
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    async with database.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("SET LOCAL statement_timeout = 0")
            await connection.execute(statements, timeout=PATIENCE)
            password_hash = passwords.hash(READERS_PASSWORD)
            await connection.execute(
                "UPDATE users SET password_hash = $1 WHERE username LIKE 'reader of %'", password_hash
            )
        await connection.execute("SET statement_timeout = 0")
        for _ in range(60):
            await connection.execute("VACUUM (ANALYZE)", timeout=PATIENCE)
            if await connection.fetchval(HIDDEN) == 0:
                break
            await asyncio.sleep(0.5)  # an autovacuum worker still looks at the time before the seeding
        await connection.execute("RESET statement_timeout")
