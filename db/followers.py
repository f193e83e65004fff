"""Who follows whom: `db/sql/followers`."""

from db.pool import Database
from db.rows import Person

NEWEST = 2**63 - 1
"""The `before` of a first page: greater than the id of any user."""


async def follow(db: Database, *, who: str, whom: str, latest: int | None = None) -> bool:
    """`who` follows `whom` from now on, or still does. `False` when either name is unknown.

    `latest` is the number of the simulator's call, which is stored with it, and perhaps not when this is `False`.
    """
    return await db.value("followers/follow", bool, who=who, whom=whom, latest=latest) is True


async def unfollow(db: Database, *, who: str, whom: str, latest: int | None = None) -> bool:
    """`who` follows `whom` no longer, or never did. `False` when either name is unknown. `latest` as in `follow`."""
    return await db.value("followers/unfollow", bool, who=who, whom=whom, latest=latest) is True


async def following(db: Database, *, username: str, limit: int) -> list[str] | None:
    """The names of those whom a user follows, or `None` when nobody has this name."""
    return await db.value("followers/following", list, username=username, limit=limit)


async def followers(db: Database, *, username: str, before: int = NEWEST, limit: int) -> list[Person] | None:
    """Those who follow a user, of the ids below `before`, newest first, or `None` when nobody has this name."""
    return await db.rows_or_none("followers/followers", Person, username=username, before=before, limit=limit)


async def followees(db: Database, *, username: str, before: int = NEWEST, limit: int) -> list[Person] | None:
    """Those whom a user follows, of the ids below `before`, newest first, or `None` when nobody has this name."""
    return await db.rows_or_none("followers/followees", Person, username=username, before=before, limit=limit)
