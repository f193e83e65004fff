"""Who people are: `db/sql/users`."""

from db.pool import Database
from db.rows import Credentials, Profile


async def register(db: Database, *, username: str, email: str, password_hash: str) -> int | None:
    """The new user's id, or `None` when the name is taken."""
    return await db.value("users/register", int, username=username, email=email, password_hash=password_hash)


async def credentials(db: Database, *, username: str) -> Credentials | None:
    """What it takes to check this user's password, or `None` when nobody has this name."""
    return await db.row("users/credentials", Credentials, username=username)


async def rehash(db: Database, *, user_id: int, old_hash: str, new_hash: str) -> bool | None:
    """Puts a better hash in the place of an old one; `None` when the password has changed meanwhile."""
    return await db.value("users/rehash", bool, user_id=user_id, old_hash=old_hash, new_hash=new_hash)


async def profile(db: Database, *, username: str, viewer_id: int | None) -> Profile | None:
    """Who this user is to the viewer (`None`: not signed in), or `None` when nobody has this name."""
    return await db.row("users/profile", Profile, username=username, viewer_id=viewer_id)
