"""For what may happen twice without harm: the simulator gives up after 0.3 seconds and never comes back."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from db import Unavailable

Result = TypeVar("Result")


async def once_more(work: Callable[[], Awaitable[Result]]) -> Result:
    """What this work returns; it is tried again when the database was unavailable, as after a lost connection."""
    try:
        return await work()
    except Unavailable:
        return await work()
