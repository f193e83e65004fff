"""A connection that names what it runs after the request: PostgreSQL logs the name with a slow statement."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import asyncpg

from core.logs import trace_id

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection  # which takes no type when it runs


class Traced(Connection):
    """Portals, which asyncpg leaves without a name, are called by the trace id: no round trip, no other text to plan.

    A portal lives as long as its transaction, so inside one, where a second of its name would be refused, it has none.
    What is used of asyncpg here is not public: tests/db/test_traced.py says so when it changes.
    """

    __slots__ = ()
    _protocol: Any
    _stmt_exclusive_section: Any
    _do_execute: Any

    async def _execute(self, query: str, args: Sequence[object], limit: int, seconds: float | None, **more: Any) -> Any:
        portal = "" if self._protocol.is_in_transaction() else trace_id.get()
        return_status = more.pop("return_status", False)

        def run(statement: Any, left: float | None) -> Any:
            return self._protocol.bind_execute(statement, args, portal, limit, return_status, left)

        with self._stmt_exclusive_section:
            result, _ = await self._do_execute(query, run, self._protocol._get_timeout(seconds), **more)
        return result
