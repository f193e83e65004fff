"""Runs a query file for real, for whoever has the right to: a moderator who hides a message, say."""

import asyncpg

from db.explain import bound
from db.pool import NotReady
from db.queries import Query


async def run(url: str, query: Query, given: dict[str, str]) -> str:
    """The rows as text, columns set apart by tabs, their names first. Every value has to be given.

    Raises `NotReady` when one is missing, unknown, or does not fit its parameter.
    """
    if given.keys() != set(query.parameters):
        raise NotReady(f"{query.name} takes {', '.join(query.parameters) or 'no parameters'}: give each, and no other")
    connection = await asyncpg.connect(url, server_settings={"application_name": "minitwit-dba"})
    try:
        statement = await connection.prepare(query.sql)
        rows = await statement.fetch(*bound(statement, query, given))
        heads = [column.name for column in statement.get_attributes()]
    finally:
        await connection.close()
    lines = [heads, *([str(field) for field in row.values()] for row in rows)]
    return "\n".join("\t".join(line) for line in lines) if heads else "done"
