"""What lives as long as the API does, and what a request learns on its way in: the typed state of every request."""

from collections.abc import Callable
from typing import NotRequired, TypeAlias, TypedDict

import starlette.requests

from api_starlette.auth import Caller, Doorkeeper
from core.passwords import Passwords
from db import Database
from db.numbers import Numbers


class State(TypedDict):
    """`caller` is there wherever credentials are asked for, `latest` as long as a `?latest=` is to be stored; `reload`
    asks for the queries to be read again."""

    db: Database
    passwords: Passwords
    doorkeeper: Doorkeeper
    reload: Callable[[], None]
    numbers: Numbers
    caller: NotRequired[Caller]
    latest: NotRequired[int]


Request: TypeAlias = starlette.requests.Request[State]
"""What every handler takes."""
