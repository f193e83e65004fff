"""Who follows whom: `db/sql/followers`."""

from db.pool import Database


async def follow(db: Database, *, who: str, whom: str) -> bool:
    """`who` follows `whom` from now on, or still does. `False` when either name is unknown."""
    return await db.value("followers/follow", bool, who=who, whom=whom) is True


async def unfollow(db: Database, *, who: str, whom: str) -> bool:
    """`who` follows `whom` no longer, or never did. `False` when either name is unknown."""
    return await db.value("followers/unfollow", bool, who=who, whom=whom) is True


async def following(db: Database, *, username: str, limit: int) -> list[str] | None:
    """The names of those whom a user follows, or `None` when nobody has this name."""
    return await db.value("followers/following", list, username=username, limit=limit)
