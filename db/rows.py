"""The shapes that SQL returns. Fields stand in the order of a query's columns, and have their names."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a timeline."""

    message_id: int
    author: str
    content: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What it takes to check a user's password."""

    user_id: int
    username: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is signed in on the site."""

    user_id: int
    username: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A user as others see them; `followed` is whether the viewer follows them."""

    user_id: int
    username: str
    messages: int
    followers: int
    following: int
    followed: bool
