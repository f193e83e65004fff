"""The pool of connections, and the verbs that run a query by name: `rows`, `row`, `values`, `value`, `execute` …"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from typing import Any, TypeVar

import asyncpg

from core import metrics
from core.logs import Speakable
from core.settings import Settings
from db.lending import GIVING_UP, Lending
from db.primary import BadAddress, Hosts, NoPrimary
from db.queries import Query, readable
from db.traced import Traced

Shape = TypeVar("Shape")

statements: ContextVar[list[str] | None] = ContextVar("statements", default=None)
"""The names of the queries that the current request has run; a door puts an empty list here."""


class Unavailable(Speakable):
    """The database cannot be reached, or does not answer in time. Trying again later may help."""


class Unstorable(Speakable):
    """A text holds what PostgreSQL cannot store: a NUL character or half a surrogate pair."""


class QueryFailed(Speakable):
    """A query failed for a reason that is ours. Its words name the query and PostgreSQL's code, never a value."""


class NotReady(Speakable):
    """The database cannot serve this release. Its words are one sentence for the operator."""


class Database:
    """Runs the queries of `db/sql` by name. Raises `Unavailable`, `Unstorable` or `QueryFailed`."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", queries: dict[str, Query], *, rest: int = 0) -> None:
        self.pool = pool
        self.queries = queries
        self.lending = Lending(pool, rest=rest)
        self._expired = 0.0

    async def rows(self, query: str, shape: type[Shape], **parameters: Any) -> list[Shape]:
        """Every row, as a struct whose fields are the columns in their order."""
        return [shape(*record) for record in await self._run(query, parameters)]

    async def rows_or_none(self, query: str, shape: type[Shape], **parameters: Any) -> list[Shape] | None:
        """Every row of something, or `None`, no row, when there is no such thing. A single row whose first column is
        NULL stands for something that has no rows."""
        records = await self._run(query, parameters)
        if not records:
            return None
        return [] if records[0][0] is None else [shape(*record) for record in records]

    async def row(self, query: str, shape: type[Shape], **parameters: Any) -> Shape | None:
        """The one row, or `None` when there is none."""
        records = await self._run(query, parameters)
        return shape(*records[0]) if records else None

    async def values(self, query: str, kind: type[Shape], **parameters: Any) -> list[Shape]:
        """The single column of every row; `kind` is its Python type, for the reader and the type checker."""
        return [record[0] for record in await self._run(query, parameters)]

    async def value(self, query: str, kind: type[Shape], **parameters: Any) -> Shape | None:
        """The single column of the one row, or `None` when there is none."""
        records = await self._run(query, parameters)
        value: Shape | None = records[0][0] if records else None
        return value

    async def execute(self, query: str, **parameters: Any) -> None:
        """Run it for what it changes; nothing comes back."""
        await self._run(query, parameters)

    async def _run(self, name: str, parameters: dict[str, Any]) -> list[asyncpg.Record]:
        query = self.queries[name]
        arguments = [parameters[parameter] for parameter in query.parameters]
        if (ran := statements.get()) is not None:
            ran.append(name)
        started = time.perf_counter()
        try:
            connection = await self.lending.lend()
            try:
                records: list[asyncpg.Record] = await connection.fetch(query.sql, *arguments)
            except BaseException:
                await self.lending.give_up(connection)
                raise
            await self.lending.take_back(connection)
        except Exception as error:
            metrics.query_errors.add(1, name)
            if isinstance(error, _ENDING):
                await self._leave()
            raise in_our_words(error, name) from None  # its words may quote a value
        finally:
            metrics.query_duration.observe(time.perf_counter() - started, name)
        metrics.query_rows.add(len(records), name)
        return records

    async def _leave(self) -> None:
        """Replace every connection when it is needed next: where one failed so, the others are about to, or are of no
        use. Not more often than once a second."""
        if (now := time.monotonic()) - self._expired > 1.0:
            self._expired = now
            await self.lending.renew()


_ENDING = (
    *(asyncpg.ReadOnlySQLTransactionError, asyncpg.PostgresConnectionError),
    *(asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.CannotConnectNowError),
    asyncpg.InternalClientError,  # what the driver says when a server ends in the middle of an answer, or of a rest
)
"""The server is a primary no more, stops, or has gone."""

_PASSING = (
    *_ENDING,
    *(OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.LockNotAvailableError),
    *(asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError),
)
"""Failures of the way to the database, or of its state, which may be over a moment later."""

_UNSTORABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)


def in_our_words(error: Exception, query: str) -> Speakable:
    """The exception that may leave `db` in the place of the driver's."""
    if isinstance(error, _UNSTORABLE) or isinstance(error.__cause__, UnicodeEncodeError):
        return Unstorable(f"{query}: a text that cannot be stored")
    reason = str(error) if isinstance(error, NoPrimary) else type(error).__name__
    words = " ".join(filter(None, (f"{query}: {reason}", getattr(error, "sqlstate", None))))
    return Unavailable(words) if isinstance(error, _PASSING) else QueryFailed(words)


@asynccontextmanager
async def open_database(settings: Settings, *, service: str) -> AsyncIterator[Database]:
    """The pool, opened and closed. Raises `NotReady` when the database cannot be reached, or a query file not read."""
    if not settings.database_url:
        raise NotReady("DATABASE_URL is not set: it says where PostgreSQL is")
    queries, found = readable()
    if found:
        raise NotReady("\n".join(found))
    try:
        hosts = Hosts(settings.database_url)
        pool = await asyncpg.create_pool(
            connect=hosts.connect,
            connection_class=Traced,
            min_size=settings.database_pool_min,
            max_size=settings.database_pool_max,
            command_timeout=settings.database_timeout,
            timeout=settings.database_timeout,
            reset=_nothing_to_reset,
            # how to plan, and when to give up, is the role's: db/roles.sql
            server_settings={"application_name": f"minitwit-{service}", "timezone": "UTC"},
        )
    except BadAddress as error:
        raise NotReady(str(error)) from None
    except NoPrimary as error:
        raise NotReady(f"The database of DATABASE_URL cannot be reached ({error})") from None
    except (OSError, ValueError) as error:
        raise NotReady(f"The database of DATABASE_URL cannot be reached ({type(error).__name__})") from None
    db = Database(pool, queries, rest=settings.database_pool_min)
    hosts.moved = db.lending.renew
    try:
        yield db
    finally:
        try:
            with suppress(OSError, asyncpg.PostgresError):
                async with asyncio.timeout(GIVING_UP):
                    await db.lending.close()
                    await pool.close()
        finally:
            pool.terminate()  # what is still open


async def _nothing_to_reset(connection: object) -> None:
    """Saves a round trip at each release: no query of ours leaves anything behind, which a test holds."""
