"""Shows the plan of a query file with real values; it runs in a transaction that is always rolled back."""

from datetime import datetime
from typing import Any

import asyncpg

from db.pool import NotReady
from db.queries import Query

_READERS: dict[str, Any] = {
    "int8": int,
    "int4": int,
    "int2": int,
    "text": str,
    "varchar": str,
    "bool": lambda text: text in {"t", "true"},
    "bytea": lambda text: bytes.fromhex(text.removeprefix("\\x")),
    "timestamptz": datetime.fromisoformat,
}
"""How a value that was typed becomes what asyncpg sends for a type of PostgreSQL."""


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
            lines = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {query.sql}", *values)
        finally:
            await transaction.rollback()
    finally:
        await connection.close()
    return "\n".join(line[0] for line in lines)


def bound(statement: Any, query: Query, given: dict[str, str]) -> list[Any]:
    """What asyncpg sends for each parameter of a prepared query, in their order."""
    kinds = [kind.name for kind in statement.get_parameters()]
    return [value(name, kind, query, given) for name, kind in zip(query.parameters, kinds, strict=True)]


def value(name: str, kind: str, query: Query, given: dict[str, str]) -> Any:
    """The value of one parameter: as given, else the sample; the word NULL is NULL."""
    text = given.get(name, query.samples.get(name))
    if text is None or text == "NULL":
        return None
    try:
        return _READERS[kind](text)
    except ValueError:
        raise NotReady(f"{query.name} takes {name} as {kind}, which {text!r} is not") from None
