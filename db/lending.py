"""Lends connections: asyncpg's pool makes and ends them, and those that rest between two statements are kept here.

What it costs the pool to lend one and to take it back is half of what a short statement costs a door.
"""

from contextlib import suppress
from typing import Any

import asyncpg

from core import metrics

PATIENCE = 2.0
"""Seconds to wait for a connection: the simulator has long given up, a person has not."""

GIVING_UP = 1.0
"""Seconds that PostgreSQL gets to answer that it has given up a statement, or a connection at a door's stop."""


class Lending:
    """The connections of this pool, of which so many may rest here: others who ask the pool itself need some, too."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, rest: int) -> None:
        self._pool = pool
        self._rest = rest
        self._resting: list[Any] = []
        self._waiting = 0
        self._current: set[Any] = set()
        """Those that have come from the pool since the last `renew`, lent and resting."""

    async def lend(self) -> Any:
        """A connection, for `take_back` or `give_up`. Raises what `asyncpg.Pool.acquire` does."""
        while self._resting:
            connection = self._resting.pop()
            if _is_open(connection):
                return connection
            await self.give_up(connection)
        current = self._current
        # a limit costs a timer at each end: only here, where there may be a wait
        connection = await (self._pool.acquire() if self._pool.get_idle_size() else self._waited_for())
        current.add(connection)  # to those of before, when they were renewed meanwhile
        return connection

    async def take_back(self, connection: Any) -> None:
        """It has done its work. While somebody waits for one, it goes to the pool, which knows who is first."""
        if connection in self._current and not self._waiting and len(self._resting) < self._rest:
            self._resting.append(connection)
            return
        self._current.discard(connection)
        await self._pool.release(connection)

    async def give_up(self, connection: Any) -> None:
        """The pool has it back, and sees whether it is of use: its statement did not end well, and what is still on its
        way is cancelled; or it was ended from outside, which the pool may know already."""
        self._current.discard(connection)
        with suppress(TimeoutError):  # PostgreSQL is told, and answers; one that is frozen never does
            await self._pool.release(connection, timeout=GIVING_UP)

    async def renew(self) -> None:
        """Replace every connection when it is needed next. Those that rest are cut: the server may never answer."""
        await self._pool.expire_connections()
        self._current = set()
        while self._resting:
            connection = self._resting.pop()
            if _is_open(connection):
                connection.terminate()
            await self.give_up(connection)

    async def close(self) -> None:
        """Give all that rest back to the pool, which can then be closed."""
        self._rest = 0
        while self._resting:
            await self._pool.release(self._resting.pop())

    def count(self) -> None:
        """Tell the metrics how the pool stands."""
        idle, size = self._pool.get_idle_size() + sum(map(_is_open, self._resting)), self._pool.get_size()
        metrics.pool_connections.set(idle, "idle")
        metrics.pool_connections.set(size - idle, "busy")
        metrics.pool_connections.set(self._pool.get_max_size(), "allowed")

    async def _waited_for(self) -> Any:
        metrics.pool_waits.add(1)
        metrics.pool_waiting.add(1)
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=PATIENCE)
        finally:
            self._waiting -= 1
            metrics.pool_waiting.add(-1)


def _is_open(connection: Any) -> bool:
    """Whether it can be used: the pool has taken one back whose server has ended it meanwhile."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False
