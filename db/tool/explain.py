"""`python -m db explain`: the plan of a query file with real values, in a transaction that is always rolled back."""

import argparse
import asyncio

import asyncpg

from core.settings import Settings
from db.pool import NotReady
from db.queries import Query
from db.tool.command import QUERY, VALUES, Commands, command, named
from db.tool.values import bound


def add(commands: Commands) -> None:
    command(commands, "explain", "show the plan of a query; nothing is changed", run, QUERY, VALUES)


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    query, given = named(arguments)
    print(asyncio.run(explain(settings.database_url, query, given)))
    return 0


async def explain(url: str, query: Query, given: dict[str, str]) -> str:
    """The plan as PostgreSQL prints it, buffers and time included. Values not given come from the file's samples.

    Nothing that the statement changes stays. Raises `NotReady` when a value does not fit its parameter.
    """
    unknown = given.keys() - set(query.parameters)
    if unknown:
        takes = ", ".join(query.parameters) or "no parameters"
        raise NotReady(f"{query.name} does not take {', '.join(sorted(unknown))}; it takes {takes}")
    connection = await asyncpg.connect(url, server_settings={"application_name": "minitwit-dba", "jit": "off"})
    try:
        statement = await connection.prepare(query.sql)
        values = bound(statement, query, given)
        transaction = connection.transaction()
        await transaction.start()
        try:
            await borrow_rights(connection)
            lines = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {query.sql}", *values)
        finally:
            await transaction.rollback()
    finally:
        await connection.close()
    return "\n".join(line[0] for line in lines)


async def borrow_rights(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Until the end of this transaction the DBA has the rights that the query files need, writes included."""
    if connection.get_settings().session_authorization == "minitwit_dba":
        await connection.execute("SET TRANSACTION READ WRITE; SET LOCAL ROLE minitwit_queries")
