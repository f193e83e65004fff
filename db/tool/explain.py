"""`python -m db explain`: the plan of a query file with real values, in a transaction that is always rolled back."""

import argparse
import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from core.settings import Settings
from db.pool import NotReady
from db.queries import Query
from db.tool import plans, prepared
from db.tool.command import QUERY, VALUES, Commands, command, named
from db.tool.values import bound

STAND_IN = Path(__file__).parent / "stand_in.sql"


def add(commands: Commands) -> None:
    command(
        commands,
        "explain",
        "show the plan of a query beside its budget; nothing is changed",
        run,
        QUERY,
        VALUES,
        ("--generic", {"action": "store_true", "help": "the plan for any values, which the doors run"}),
        (
            "--index",
            {"action": "append", "default": [], "metavar": "STATEMENT", "help": "that creates an index to try"},
        ),
    )


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    query, given = named(arguments)
    kind = "generic" if arguments.generic else "custom"
    print(asyncio.run(explain(settings.database_url, query, given, kind=kind, indexes=arguments.index)))
    return 0


async def explain(
    url: str, query: Query, given: Mapping[str, str], *, kind: str = "custom", indexes: Sequence[str] = ()
) -> str:
    """The plan as PostgreSQL prints it, buffers and time included, and the budget. Values not given are the samples.

    Nothing that the statement changes stays, nor do the indexes, which are there before it runs; who writes to their
    tables waits meanwhile. Of the sequences only those of the ids move on: the next user or message gets a number a few
    higher.
    Raises `NotReady` when a value does not fit its parameter, or PostgreSQL refuses an index.
    """
    unknown = given.keys() - set(query.parameters)
    if unknown:
        takes = ", ".join(query.parameters) or "no parameters"
        raise NotReady(f"{query.name} does not take {', '.join(sorted(unknown))}; it takes {takes}")
    async with prepared.connected(url) as connection, prepared.rolled_back(connection, kind):
        for index in indexes:
            await _create(connection, index)
        if "setval(" in query.sql:
            await _stand_in(connection, query)
        values = _checked(await connection.prepare(query.sql), query, given)
        async with prepared.statement(connection, query):
            plan, _ = await prepared.plan(connection, query, values, kind)  # also warms what is shown below
            shown = await prepared.text(connection, query, values, kind)
            in_all = await prepared.in_all(connection, query, values) if plans.writes(plan) else None
    return f"{shown}\n\n{verdict(query, touched(shown), in_all)}"


def touched(shown: str) -> int:
    """The buffers of the whole plan, which PostgreSQL prints with its first node."""
    execution = shown.partition("\nPlanning")[0]
    found = re.search(r"^  Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?", execution, re.MULTILINE)
    return sum(int(count or 0) for count in found.groups()) if found else 0


def verdict(query: Query, of_plan: int, in_all: int | None) -> str:
    """`95 buffers of a budget of 120.`, and what a write touches in all, which no plan shows."""
    lines = [_held("", query.budget, of_plan)]
    if in_all is not None:
        lines.append(_held(" in all, with triggers and foreign keys,", query.in_all or query.budget, in_all))
    return "\n".join(lines)


def _held(words: str, budget: int | None, buffers: int) -> str:
    spoken = f"{buffers:,} buffer{'' if buffers == 1 else 's'}{words}"
    if budget is None:
        return f"{spoken}. No budget."
    return f"{spoken} of a budget of {budget:,}{': over it' if buffers > budget else ''}."


def _checked(statement: Any, query: Query, given: Mapping[str, str]) -> dict[str, str | None]:
    """The text of each value, once all of them are known to fit. Raises `NotReady`."""
    bound(statement, query, dict(given))
    texts = {name: given.get(name, query.samples.get(name)) for name in query.parameters}
    return {name: None if text == "NULL" else text for name, text in texts.items()}


async def _stand_in(connection: Any, query: Query) -> None:
    """Raises `NotReady` for a role that may not make anything temporary."""
    try:
        await connection.execute(STAND_IN.read_text("utf-8"))
    except asyncpg.PostgresError as error:
        raise NotReady(f"{prepared.place(query)}: PostgreSQL refuses its stand-in: {error.args[0]}") from None


async def _create(connection: Any, index: str) -> None:
    """Raises `NotReady` for anything that is not the creation of one index."""
    if re.search(r"\bconcurrently\b", index, re.IGNORECASE):
        raise NotReady(
            "An index is created inside of a transaction here, which cannot be done CONCURRENTLY: leave it out"
        )
    if not re.match(r"\s*create\s+(unique\s+)?index\b", index, re.IGNORECASE):
        raise NotReady(f"--index takes the statement that creates one index, which {index!r} is not")
    try:
        await connection.fetch(index)  # prepared, so that it is one statement and no COMMIT can follow
    except asyncpg.PostgresError as error:
        raise NotReady(f"PostgreSQL refuses the index: {error.args[0]}") from None
