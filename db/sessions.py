"""Who is signed in on the site: `db/sql/sessions`. A session is known by the SHA-256 of its token."""

from db.pool import Database
from db.rows import Viewer


async def open(  # noqa: A001 - read as sessions.open
    db: Database, *, token_hash: bytes, user_id: int, days: int, old_token_hash: bytes | None
) -> None:
    """Opens a session that ends by itself after so many days. The one that it replaces, if any, ends now."""
    await db.execute("sessions/open", token_hash=token_hash, user_id=user_id, days=days, old_token_hash=old_token_hash)


async def viewer(db: Database, *, token_hash: bytes) -> Viewer | None:
    """The user who is signed in by this session, or `None` when it is over."""
    return await db.row("sessions/viewer", Viewer, token_hash=token_hash)


async def close(db: Database, *, token_hash: bytes) -> None:
    """Ends a session."""
    await db.execute("sessions/close", token_hash=token_hash)
