"""The shapes that SQL returns. Fields stand in the order of a query's columns, and have their names.

msgspec's structs, because a frozen dataclass takes three times as long to fill, and pages are full of rows.
"""

from datetime import datetime

from msgspec import Struct


class Message(Struct, frozen=True):
    """A message in a timeline."""

    message_id: int
    author: str
    content: str
    published_at: datetime


class Credentials(Struct, frozen=True):
    """What it takes to check a user's password."""

    user_id: int
    username: str
    password_hash: str


class Viewer(Struct, frozen=True):
    """Who is signed in on the site."""

    user_id: int
    username: str


class Person(Struct, frozen=True):
    """A user in a list of them."""

    user_id: int
    username: str


class Profile(Struct, frozen=True):
    """A user as others see them; `followed` is whether the viewer follows them."""

    user_id: int
    username: str
    messages: int
    followers: int
    following: int
    followed: bool


class House(Struct, frozen=True):
    """How much there is of everything."""

    users: int
    messages: int
    follows: int
    followed_by_none: int
    followed_by_few: int
    followed_by_tens: int
    followed_by_hundreds: int
    followed_by_thousands: int
    migration: str
