"""A database of a size, filled with `seed.sql`: made for measuring, and dropped afterwards."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from db import migrate
from db.pool import NotReady
from db.tool import prepared

SEED = Path(__file__).with_suffix(".sql")
SIZES = Path(__file__).parent / "sizes.sql"

VACUUMS = 60
"""How often a vacuum tries to find all pages visible; a worker of autovacuum may look at an older time meanwhile."""


@asynccontextmanager
async def database(url: str, messages: int) -> AsyncIterator[str]:
    """The URL of a new database with so many messages on the server of `url`. It is dropped, whatever happens."""
    name = f"minitwit_{messages}_{secrets.token_hex(4)}"
    try:
        await _on_server(url, f"CREATE DATABASE {name} TEMPLATE template0")
        new = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        migrate.migrate(new)
        await seed(new, messages)
        yield new
    except asyncpg.InsufficientPrivilegeError:
        raise NotReady("The user of DATABASE_URL may not create databases, and this needs one of its own") from None
    finally:
        await _on_server(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def seed(url: str, messages: int) -> None:
    """Fills an empty, migrated database; then vacuums and analyses it, as a database is that has run for a while."""
    async with prepared.connected(url) as connection:
        async with connection.transaction():
            await _without_foreign_keys(connection)
            await connection.execute(f"SET LOCAL seed.messages = {messages:d}")
            await connection.execute(SEED.read_text("utf-8"))
        for _ in range(VACUUMS):
            await connection.execute("VACUUM (ANALYZE)")
            tables = await connection.fetch(SIZES.read_text("utf-8"))
            if not any(table["unseen"] for table in tables if table["name"] in {"messages", "followers"}):
                return
            await asyncio.sleep(0.5)
    raise NotReady("Vacuum does not find the seeded rows visible to everyone: another transaction is open for too long")


async def sizes(connection: Any) -> dict[str, int]:
    """How many rows each table has."""
    return {table["name"]: table["rows"] for table in await connection.fetch(SIZES.read_text("utf-8"))}


async def _without_foreign_keys(connection: Any) -> None:
    """Leaves their checks out, where the user may: the seed is right, and this halves its time."""
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
    except asyncpg.InsufficientPrivilegeError:
        return


async def _on_server(url: str, command: str) -> None:
    async with prepared.connected(url) as connection:
        await connection.execute(command)
