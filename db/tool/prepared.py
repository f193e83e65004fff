"""Runs a query file as the doors do, prepared, under a plan of either kind, and takes back whatever it changed."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from db import primary
from db.pool import NotReady
from db.queries import Query
from db.tool.plans import Node, buffers

KINDS = {"custom": "force_custom_plan", "generic": "force_generic_plan"}
"""Kinds of plans by their `plan_cache_mode`: made for the values at hand, or once for all, as the doors have it."""

WHOLE = Path(__file__).parent / "whole.sql"

Values = Mapping[str, str | None]
"""The values of a query's parameters as texts, which PostgreSQL reads; `None` is NULL."""


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """A connection that plans as those of the doors do. It prepares by itself, so the driver keeps nothing."""
    settings = {"application_name": "minitwit-dba", "jit": "off", "timezone": "UTC"}
    connection = await primary.connect(url, statement_cache_size=0, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def statement(connection: Any, query: Query) -> AsyncIterator[None]:
    """The query is there as `measured` meanwhile. Raises `NotReady` when PostgreSQL refuses it, or a value for it."""
    try:
        async with connection.transaction():
            await connection.execute(f"PREPARE measured AS {query.sql}")
        try:
            yield
        finally:
            await connection.execute("DEALLOCATE measured")
    except asyncpg.PostgresError as error:
        raise NotReady(f"{place(query)}: PostgreSQL refuses it: {error.args[0]}") from None


@asynccontextmanager
async def rolled_back(connection: Any, kind: str = "generic") -> AsyncIterator[None]:
    """A transaction for this kind of plan, of which nothing stays; in another one, a savepoint. In it the DBA has the
    rights that the query files need, writes included."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(f"SET LOCAL plan_cache_mode = {KINDS[kind]}")
        if connection.get_settings().session_authorization == "minitwit_dba":
            await connection.execute("SET TRANSACTION READ WRITE; SET LOCAL ROLE minitwit_queries")
        yield
    finally:
        await transaction.rollback()


async def rows(connection: Any, query: Query, values: Values, kind: str) -> list[Any]:
    """What it returns."""
    async with rolled_back(connection, kind):
        found: list[Any] = await connection.fetch(_execute(query, values))
        return found


async def text(connection: Any, query: Query, values: Values, kind: str) -> str:
    """The plan as PostgreSQL prints it for people."""
    async with rolled_back(connection, kind):
        lines = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {_execute(query, values)}")
        return "\n".join(line[0] for line in lines)


async def plan(connection: Any, query: Query, values: Values, kind: str) -> tuple[Node, float]:
    """The plan for programs, and the milliseconds that it took."""
    async with rolled_back(connection, kind):
        return await _explained(connection, _execute(query, values))


async def in_all(connection: Any, query: Query, values: Values) -> int:
    """The buffers of the statement with what runs after its plan: triggers, foreign keys, a WITH that only writes."""
    command = f"SELECT pg_temp.whole({literal(_execute(query, values))})"
    async with rolled_back(connection):
        await connection.execute(WHOLE.read_text("utf-8"))
        async with rolled_back(connection):
            await _explained(connection, command)  # the functions of triggers are compiled and planned now
        return buffers((await _explained(connection, command))[0])


def literal(value: str | None) -> str:
    """A text as SQL writes it; what type it is, PostgreSQL finds by where it stands."""
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


def place(query: Query) -> str:
    """`db/sql/timelines/public.sql`, where to look."""
    return f"db/sql/{query.name}.sql"


def _execute(query: Query, values: Values) -> str:
    arguments = ", ".join(literal(values[name]) for name in query.parameters)
    return f"EXECUTE measured ({arguments})" if arguments else "EXECUTE measured"


async def _explained(connection: Any, command: str) -> tuple[Node, float]:
    answer = json.loads(await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {command}"))[0]
    return answer["Plan"], answer["Execution Time"]
