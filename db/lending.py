"""Lends connections: asyncpg's pool makes and ends them. Those that rest between two statements are kept here, and
when all are lent, one that comes back goes straight to who has waited longest.

What it costs the pool to lend one and to take it back is half of what a short statement costs a door.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg

from core import metrics

PATIENCE = 2.0
"""Seconds to wait for a connection: the simulator has long given up, a person has not."""

GIVING_UP = 1.0
"""Seconds that PostgreSQL gets to answer that it has given up a statement, or a connection at a door's stop."""

RESTS = 1.0
"""Seconds after a rush until those that rest in vain go to the pool, which ends what is idle for minutes."""


class Lending:
    """The connections of this pool, of which so many rest here, and after a rush for a while all but one: others who
    ask the pool itself need one, too. With a `rest` of 0 none rests: the pool is shared with another `Lending`."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, rest: int) -> None:
        self._pool = pool
        self._rest, self._rest_at_most = rest, pool.get_max_size() - 1 if rest else 0
        self._resting: list[Any] = []
        self._settling: asyncio.Task[None] | None = None
        self._current: set[Any] = set()
        """Those that have come from the pool since the last `renew`, lent and resting."""
        self._places = pool.get_max_size()
        """How many more the pool can be asked for before somebody has to wait for one of ours."""
        self._line: deque[asyncio.Future[Any]] = deque()
        """Who waits here, the longest first: for a connection, or for `None`, a place."""
        self._at_the_pool = 0
        """How many wait there, because others than `Database` ask it, too."""

    async def lend(self) -> Any:
        """A connection, for `take_back` or `give_up`. Raises what `asyncpg.Pool.acquire` does."""
        while self._resting:
            connection = self._resting.pop()
            if _is_open(connection):
                return connection
            await self.give_up(connection)
        if self._places:
            self._places -= 1
            return await self._fetched()
        connection = await self._handed_over()
        return await self._fetched() if connection is None else connection

    async def take_back(self, connection: Any) -> None:
        """It has done its work. While somebody waits at the pool it goes there: the pool knows who is first."""
        if connection in self._current and not self._at_the_pool and _is_open(connection):
            if self._hand_over(connection):
                return
            if len(self._resting) < self._rest_at_most:
                self._resting.append(connection)
                if len(self._resting) > self._rest and self._settling is None:
                    self._settling = asyncio.create_task(self._settle())
                return
        await self.give_up(connection)

    async def give_up(self, connection: Any) -> None:
        """The pool has it back, and sees whether it is of use: its statement did not end well, and what is still on its
        way is cancelled; or it was ended from outside, which the pool may know already."""
        self._current.discard(connection)
        try:
            with suppress(TimeoutError):  # PostgreSQL is told, and answers; one that is frozen never does
                await self._pool.release(connection, timeout=GIVING_UP)
        finally:
            self._make_place()

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
        self._rest_at_most = 0
        if self._settling:
            self._settling.cancel()
        while self._resting:
            await self.give_up(self._resting.pop())

    def count(self) -> None:
        """Tell the metrics how the pool stands."""
        idle, size = self._pool.get_idle_size() + sum(map(_is_open, self._resting)), self._pool.get_size()
        metrics.pool_connections.set(idle, "idle")
        metrics.pool_connections.set(size - idle, "busy")
        metrics.pool_connections.set(self._pool.get_max_size(), "allowed")

    async def _settle(self) -> None:
        await asyncio.sleep(RESTS)
        self._settling = None
        for _ in range(len(self._resting) - self._rest):
            if self._resting:
                await self.give_up(self._resting.pop(0))

    async def _fetched(self) -> Any:
        """One of the pool's, in the place that is taken already."""
        current = self._current
        try:
            # a limit costs a timer at each end: only here, where there may be a wait
            connection = await (self._pool.acquire() if self._pool.get_idle_size() else self._waited_for())
        except BaseException:
            self._make_place()
            raise
        current.add(connection)  # to those of before, when they were renewed meanwhile
        return connection

    async def _waited_for(self) -> Any:
        self._at_the_pool += 1
        try:
            with _counted():
                return await self._pool.acquire(timeout=PATIENCE)
        finally:
            self._at_the_pool -= 1

    async def _handed_over(self) -> Any:
        """What the next one brings who has done with a connection, when it is this one's turn."""
        turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            with _counted():
                async with asyncio.timeout(PATIENCE):
                    return await turn
        except BaseException:
            if turn.done() and not turn.cancelled():  # handed over, and a moment too late
                await self._pass_on(turn.result())
            raise

    async def _pass_on(self, handed_over: Any) -> None:
        if handed_over is None:
            self._make_place()
        else:
            await self.take_back(handed_over)

    def _hand_over(self, connection: Any) -> bool:
        """Whether somebody still waits, who has it now."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    def _make_place(self) -> None:
        """One may come from the pool instead of one that went."""
        if not self._hand_over(None):
            self._places += 1


@contextmanager
def _counted() -> Iterator[None]:
    """A statement that waits, and has to be seen waiting."""
    metrics.pool_waits.add(1)
    metrics.pool_waiting.add(1)
    try:
        yield
    finally:
        metrics.pool_waiting.add(-1)


def _is_open(connection: Any) -> bool:
    """Whether it can be used: the pool has taken one back whose server has ended it meanwhile."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False
