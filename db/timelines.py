"""The three timelines, newest first: `db/sql/timelines`. Each page is what is older than the message `before`."""

from db.pool import Database
from db.rows import Message

NEWEST = 2**63 - 1
"""The `before` of a first page: greater than the id of any message."""


async def public(db: Database, *, before: int = NEWEST, limit: int) -> list[Message]:
    """Messages of everyone."""
    return await db.rows("timelines/public", Message, before=before, limit=limit)


async def by_author(db: Database, *, username: str, before: int = NEWEST, limit: int) -> list[Message] | None:
    """Messages of one user, or `None` when nobody has this name."""
    return await db.rows_or_none("timelines/by_author", Message, username=username, before=before, limit=limit)


async def followed(db: Database, *, user_id: int, before: int = NEWEST, limit: int) -> list[Message]:
    """Messages of a reader and of those the reader follows."""
    return await db.rows("timelines/followed", Message, user_id=user_id, before=before, limit=limit)
