"""How much there is of everything: `db/sql/numbers`, and what Prometheus is told of the database."""

import asyncio
import time

from core import metrics
from db import simulator
from db.pool import Database, QueryFailed, Unavailable
from db.rows import House

FRESH = 30.0
"""Seconds for which the numbers of the house are good enough: they read a row for each user."""

PATIENCE = 0.8
"""Seconds that Prometheus waits for the database; then it gets the numbers that need none."""


async def house(db: Database) -> House | None:
    """The numbers; there is always one row."""
    return await db.row("numbers/house", House)


class Numbers:
    """Tells the metrics how the database stands, whenever Prometheus asks. What is not known is told of no more."""

    def __init__(self, db: Database, *, with_latest: bool = False) -> None:
        self._db = db
        self._with_latest = with_latest
        self._good_until = 0.0
        self._asking: asyncio.Task[None] | None = None

    async def tell(self) -> None:
        """Without a database the page is shorter, and no later."""
        self._db.lending.count()
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        # left to its own time limit: to cancel it is to wait until a server that may be frozen says that it was
        answered, _ = await asyncio.wait([self._asking], timeout=PATIENCE)
        for asked in answered:
            asked.result()
        if not answered:
            self._forget()

    async def _ask(self) -> None:
        try:
            if self._with_latest and (number := await simulator.latest(self._db)) is not None:
                metrics.simulator_latest.set(number)
            if time.monotonic() >= self._good_until and (told := await house(self._db)):
                _tell(told)
                self._good_until = time.monotonic() + FRESH
        except (Unavailable, QueryFailed):
            self._forget()

    def _forget(self) -> None:
        self._good_until = 0.0
        for gauge in (metrics.users, metrics.messages, metrics.follows, metrics.users_by_followers):
            gauge.forget()
        metrics.simulator_latest.forget()
        metrics.schema.forget()


def _tell(house: House) -> None:
    metrics.users.set(house.users)
    metrics.messages.set(house.messages)
    metrics.follows.set(house.follows)
    for people, followers in (
        (house.followed_by_none, "0"),
        (house.followed_by_few, "1-9"),
        (house.followed_by_tens, "10-99"),
        (house.followed_by_hundreds, "100-999"),
        (house.followed_by_thousands, "1000+"),
    ):
        metrics.users_by_followers.set(people, followers)
    metrics.schema.only(1, house.migration)
