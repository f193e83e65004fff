"""The number that the simulator sent last: `db/sql/simulator`."""

from db.pool import Database


async def latest(db: Database) -> int | None:
    """The number of the latest call, or `None` before the first."""
    return await db.value("simulator/latest", int)


async def record(db: Database, *, latest: int) -> None:
    """Stores the number of a call; the last one wins."""
    await db.execute("simulator/record", latest=latest)
