"""Edited query files go live in a running door: read again, checked as at its start, and put in force all at once.

When one of them does not fit, none is put in force: the door goes on with the text it has, and says why.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import watchfiles

from core import logs, metrics
from core.settings import Settings
from db import check, health
from db.pool import Database, Unavailable
from db.queries import SQL_FOLDER, Query, readable

RESULTS = ("swapped", "unchanged", "refused")


@asynccontextmanager
async def reloading(db: Database, settings: Settings, folder: Path = SQL_FOLDER) -> AsyncIterator[Callable[[], None]]:
    """For as long as a door runs. What it yields asks for a reload; with `WATCH_SQL` every change in the folder does.

    Reloads run one after another; all who ask while one is under way share the next.
    """
    asked = asyncio.Event()
    _tell(db)
    tasks = [asyncio.create_task(_reload_when(asked, db, folder))]
    if settings.watch_sql:
        tasks.append(asyncio.create_task(_watch(folder, asked)))
    try:
        yield asked.set
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def reload(db: Database, folder: Path = SQL_FOLDER) -> str:
    """One of `RESULTS`, which is counted, and told in the log with the files or the reasons. Raises nothing."""
    changed: list[str] = []
    failure: Exception | None = None
    try:
        queries, found = await asyncio.to_thread(readable, folder)
        names = sorted(queries.keys() | db.queries.keys())
        changed = [name for name in names if _statement(queries.get(name)) != _statement(db.queries.get(name))]
        found = found or await _problems(db, queries, changed)
    except Exception as error:
        found, failure = [f"the files could not be checked ({type(error).__name__})"], error
    if found:
        for problem in found:
            logs.event(f"Reload refused, the queries in force stay: {problem}", level="ERROR", exception=failure)
        result = "refused"
    elif changed:
        db.queries = queries  # one assignment: nobody ever sees half of a release
        _tell(db)
        logs.event(f"Reloaded {', '.join(changed)}")
        result = "swapped"
    else:
        db.queries = queries  # the same statements, perhaps with other budgets
        _tell_budgets(db)
        logs.event("Reloaded nothing: no statement has changed")
        result = "unchanged"
    metrics.query_reloads.add(1, result)
    return result


def version(queries: dict[str, Query]) -> str:
    """Twelve hex digits: the same wherever the same statements are in force, whatever their comments say."""
    statements = sorted((name, _statement(query)) for name, query in queries.items())
    return hashlib.sha256(repr(statements).encode()).hexdigest()[:12]


def _statement(query: Query | None) -> tuple[str, tuple[str, ...]] | None:
    return (query.sql, query.parameters) if query is not None else None


async def _problems(db: Database, queries: dict[str, Query], changed: list[str]) -> list[str]:
    """What keeps these changes from going live."""
    # each was checked when it came, so each has a function that needs it
    found = [
        f"db/sql/{name}.sql:1: is gone, and db/{name.split('/')[0]}.py needs it"
        for name in changed
        if name not in queries
    ]
    if found or not changed:
        return found
    try:
        nullable = frozenset(await health.nullable(db))  # once for all, by the text in force
        connection = await db.lending.lend()
        try:
            return [found for name in changed for found in await check.problems(connection, queries[name], nullable)]
        finally:
            await db.lending.give_up(connection)
    except (TimeoutError, Unavailable):
        return ["PostgreSQL does not answer, or no connection was free in time"]


async def _reload_when(asked: asyncio.Event, db: Database, folder: Path) -> None:
    while True:
        await asked.wait()
        asked.clear()
        await reload(db, folder)


async def _watch(folder: Path, asked: asyncio.Event) -> None:
    """Asks for a reload when the folder has come to rest for 50 ms after a change, or keeps changing for a second."""
    logging.getLogger("watchfiles").setLevel(logging.WARNING)  # it would log every change, and each time it saw none
    try:
        async for _ in watchfiles.awatch(folder, watch_filter=lambda _, path: path.endswith(".sql"), debounce=1000):
            asked.set()
    except Exception as error:
        logs.event("db/sql is not watched any more; SIGHUP still reloads it", level="ERROR", exception=error)


def _tell(db: Database) -> None:
    """Which statements are in force, for Prometheus."""
    for result in RESULTS:
        metrics.query_reloads.add(0, result)  # a series that is there from the start shows its first step
    metrics.query_files.only(len(db.queries), version(db.queries))
    for name in db.queries:
        metrics.query_errors.add(0, name)
    metrics.queries_loaded.set(time.time())
    _tell_budgets(db)


def _tell_budgets(db: Database) -> None:
    metrics.query_budgets.forget()
    for name, query in db.queries.items():
        metrics.query_budgets.set(query.in_all or query.budget or 0, name)
