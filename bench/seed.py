"""Fills an empty, migrated database as `python -m db budget` does, and lets a reader in it sign in."""

from core import passwords
from core.settings import Settings
from db import open_database
from db.tool import seed as of_tool

MESSAGES = 100_000

AUTHOR = "alice"
"""Who wrote most."""

READER = "user 13"
"""Who reads the home timeline: `old, follows 100 mixed` of `seed.readers`, a hundred people of every kind."""

READERS_PASSWORD = "of the readers"  # noqa: S105  a throw-away database on the loopback address


async def seed(settings: Settings) -> None:
    """100,000 users and `MESSAGES` messages, vacuumed and analysed, as a database is that has run for a while."""
    await of_tool.seed(settings.database_url, MESSAGES)
    async with open_database(settings, service="bench") as database:
        password_hash = passwords.hash(READERS_PASSWORD)
        await database.pool.execute("UPDATE users SET password_hash = $1 WHERE username = $2", password_hash, READER)
