"""The number that the simulator sent last: `db/sql/simulator`."""

from db.pool import Database


async def latest(db: Database) -> int | None:
    """The number of the latest call, or `None` before the first."""
    return await db.value("simulator/latest", int)


async def record(db: Database, *, latest: int) -> int | None:
    """Stores the number of a call, the last one wins, and returns it."""
    return await db.value("simulator/record", int, latest=latest)
