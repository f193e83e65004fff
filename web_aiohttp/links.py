"""The paths that pages link to. A name may hold anything, a slash included, so all of it is percent-encoded."""

from functools import lru_cache
from urllib.parse import quote

HOME, PUBLIC, LOGIN = "/", "/public", "/login"


@lru_cache(maxsize=10_000)
def profile(username: str) -> str:
    """The page of this user."""
    return f"/{quote(username, safe='')}"


@lru_cache(maxsize=10_000)
def avatar(username: str) -> str:
    """The picture of this user."""
    return f"/avatars/{quote(username, safe='')}.svg"
