"""`python -m db top`: where the running database's time goes, by query file, against the budgets of their headers."""

import argparse
import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import asyncpg

from core.settings import Settings
from db import primary
from db.pool import NotReady
from db.queries import Query, load, read
from db.tool.command import Commands, command

FOLDER = Path(__file__).parent
HEADS = ("file", "calls", "total ms", "share", "mean ms", "rows", "buffers", "budget")


def add(commands: Commands) -> None:
    limit: dict[str, object] = {"type": int, "default": 20, "help": "how many lines (default: 20)"}
    reset: dict[str, object] = {"action": "store_true", "help": "show, then begin to count anew"}
    words = "show where time goes, by query file; rows and buffers are those of a call"
    command(commands, "top", words, run, ("--limit", limit), ("--reset", reset))


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    records = asyncio.run(measured(settings.database_url, arguments.limit, reset=arguments.reset))
    print(table(records, load()))
    return 0


async def measured(url: str, limit: int, *, reset: bool = False) -> list[Mapping[str, Any]]:
    """The rows of top.sql, most time first. Raises `NotReady` when nothing is counted here."""
    top, anew = (read(FOLDER / f"{name}.sql", FOLDER.parent) for name in ("top", "top_reset"))
    connection = await primary.connect(url, server_settings={"application_name": "minitwit-dba"})
    try:
        records: list[Mapping[str, Any]] = [dict(record) for record in await connection.fetch(top.sql, limit)]
        if reset:
            await connection.execute(anew.sql)
    except (asyncpg.UndefinedTableError, asyncpg.ObjectNotInPrerequisiteStateError):
        raise NotReady(
            "Nothing is counted here: pg_stat_statements has to be in the server's shared_preload_libraries, "
            "and the owner then runs python -m db migrate"
        ) from None
    except asyncpg.InsufficientPrivilegeError:
        raise NotReady("This user may not begin to count anew; minitwit_dba may, where the server lets it") from None
    finally:
        await connection.close()
    return records


def table(records: Iterable[Mapping[str, Any]], queries: Mapping[str, Query]) -> str:
    """The rows as a person reads them: a file whose calls touch more buffers than its budget is marked `over`."""
    lines = [HEADS, *(line(record, queries) for record in records)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([first.ljust(widths[0]), *(f.rjust(w) for f, w in zip(rest, widths[1:], strict=True))]).rstrip()
        for first, *rest in lines
    )


def line(record: Mapping[str, Any], queries: Mapping[str, Query]) -> tuple[str, ...]:
    """The fields of one row as text."""
    query = queries.get(record["name"])
    # PostgreSQL's statistics count triggers and foreign keys in
    budget = (query.in_all or query.budget) if query else None
    over = budget is not None and record["buffers_a_call"] > budget
    return (
        record["name"],
        f"{record['calls']:,}",
        f"{record['total_ms']:,.1f}",
        f"{record['share']:.1%}",
        f"{record['mean_ms']:,.3f}",
        f"{record['rows_a_call']:,.1f}",
        f"{record['buffers_a_call']:,.1f}",
        "" if budget is None else f"{budget:,}{' over' if over else ''}",
    )
