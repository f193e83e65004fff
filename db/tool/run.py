"""`python -m db run`: a query file for real, for whoever has the right to: a moderator who hides a message, say."""

import argparse
import asyncio

import asyncpg

from core.settings import Settings
from db import primary
from db.pool import NotReady
from db.queries import Query
from db.tool.command import QUERY, VALUES, Commands, command, named
from db.tool.values import bound


def add(commands: Commands) -> None:
    command(commands, "run", "run a query for real, with every value given", run_command, QUERY, VALUES)


def run_command(settings: Settings, arguments: argparse.Namespace) -> int:
    query, given = named(arguments)
    print(asyncio.run(run(settings.database_url, query, given)))
    return 0


async def run(url: str, query: Query, given: dict[str, str]) -> str:
    """The rows as text, columns set apart by tabs, their names first. Every value has to be given.

    Raises `NotReady` when one is missing, unknown, or does not fit its parameter, and when PostgreSQL refuses it.
    """
    if given.keys() != set(query.parameters):
        raise NotReady(f"{query.name} takes {', '.join(query.parameters) or 'no parameters'}: give each, and no other")
    connection = await primary.connect(url, server_settings={"application_name": "minitwit-dba"})
    try:
        statement = await connection.prepare(query.sql)
        rows = await statement.fetch(*bound(statement, query, given))
        heads = [column.name for column in statement.get_attributes()]
    except asyncpg.PostgresError as error:
        raise NotReady(f"db/sql/{query.name}.sql: PostgreSQL refuses it: {error.args[0]}") from None
    finally:
        await connection.close()
    lines = [heads, *([str(field) for field in row.values()] for row in rows)]
    return "\n".join("\t".join(line) for line in lines) if heads else "done"
