"""What people write: `db/sql/messages`."""

from db.pool import Database


async def post(db: Database, *, username: str, content: str, latest: int | None = None) -> int | None:
    """The new message's id, or `None` when nobody has this name.

    `latest` is the number of the simulator's call, which is stored with it, and perhaps not when this is `None`.
    """
    return await db.value("messages/post", int, username=username, content=content, latest=latest)


async def hide(db: Database, *, message_id: int) -> bool | None:
    """Takes a message out of every timeline; `None` when it was not shown anyway."""
    return await db.value("messages/hide", bool, message_id=message_id)


async def unhide(db: Database, *, message_id: int) -> bool | None:
    """Brings a hidden message back; `None` when it was not hidden."""
    return await db.value("messages/unhide", bool, message_id=message_id)
