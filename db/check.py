"""Does every query file fit the schema and its Python function? Both doors ask at start, a DBA at any time."""

import importlib
import inspect
import types
import typing
from collections.abc import Callable
from datetime import datetime
from typing import Any

import asyncpg
from msgspec import Struct
from msgspec.structs import fields

from db import health
from db.pool import Database, NotReady, QueryFailed, Unavailable
from db.queries import Query

POSTGRES_TYPES: dict[Any, frozenset[str]] = {
    int: frozenset({"int8", "int4", "int2"}),
    str: frozenset({"text", "varchar", "name"}),
    bool: frozenset({"bool"}),
    bytes: frozenset({"bytea"}),
    datetime: frozenset({"timestamptz"}),
    list[str]: frozenset({"text[]"}),
}
"""What PostgreSQL may send or take for a Python type."""


class Mismatch(NotReady):
    """Query files that do not fit, a sentence each, beginning with the file's place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


async def fit(db: Database) -> None:
    """Raises `NotReady` when the database lacks a migration of this release, `Mismatch` when a query does not fit."""
    try:
        missing = set(health.migrations_needed()) - set(await health.migrations(db))
    except QueryFailed:
        missing = set(health.migrations_needed())
    except Unavailable:
        raise NotReady("The database of DATABASE_URL does not answer") from None
    if missing:
        raise NotReady(f"The database is not migrated, it lacks {', '.join(sorted(missing))}: run python -m db migrate")
    async with db.pool.acquire() as connection:
        found = [problem for query in db.queries.values() for problem in await problems(connection, query)]
    if found:
        raise Mismatch(found)


async def problems(connection: Any, query: Query) -> list[str]:
    """Everything that keeps this query and its Python function apart, with the place in the file."""
    place = f"db/sql/{query.path.relative_to(query.path.parents[1])}"
    try:
        statement = await connection.prepare(query.sql)
    except asyncpg.PostgresError as error:
        return [f"{place}:{_line(query, error)}: PostgreSQL refuses it: {error.args[0]}"]
    try:
        function = python_face(query.name)
    except (ImportError, AttributeError):
        return [f"{place}:1: db/{query.name.split('/')[0]}.py has no function {query.name.split('/')[1]}"]
    wanted, returned = expectation(function)
    sent = dict(zip(query.parameters, (_name(kind) for kind in statement.get_parameters()), strict=True))
    columns = [(column.name, _name(column.type)) for column in statement.get_attributes()]
    found = _compare_parameters(wanted, sent) + _compare_columns(returned, columns)
    found += [f"has no \\set for {name}" for name in query.parameters if name not in query.samples]
    cut = [] if query.ended else [f"{place}:1: does not end with a semicolon, so a part of it may be missing"]
    return [f"{place}:{_place(query, problem)}: {problem}" for problem in found] + cut


def python_face(name: str) -> Callable[..., Any]:
    """The function `db.timelines.public` for the query `timelines/public`."""
    noun, outcome = name.split("/")
    function: Callable[..., Any] = getattr(importlib.import_module(f"db.{noun}"), outcome)
    return function


def expectation(function: Callable[..., Any]) -> tuple[dict[str, Any], Any]:
    """The types of a typed function's keyword parameters, and what it returns without `None`."""
    hints = typing.get_type_hints(function)
    returned = hints.pop("return")
    keywords = [p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
    return {name: _bare(hints[name]) for name in keywords}, _bare(returned)


def _compare_parameters(wanted: dict[str, Any], sent: dict[str, str]) -> list[str]:
    found = [f"takes {name}, which the Python function does not pass" for name in sent if name not in wanted]
    found += [f"does not use {name}, which the Python function passes" for name in wanted if name not in sent]
    for name, kind in wanted.items():
        if name in sent and sent[name] not in POSTGRES_TYPES.get(kind, ()):
            found.append(f"takes {name} as {sent[name]}, the Python function passes {_spoken(kind)}")
    return found


def _compare_columns(returned: Any, columns: list[tuple[str, str]]) -> list[str]:
    shape = typing.get_args(returned)[0] if typing.get_origin(returned) is list and returned != list[str] else returned
    if isinstance(shape, type) and issubclass(shape, Struct):
        expected = [(field.name, field.type) for field in fields(shape)]
        if [name for name, _ in columns] != [name for name, _ in expected]:
            spoken = ", ".join(name for name, _ in expected)
            return [f"returns ({', '.join(name for name, _ in columns)}), {_spoken(shape)} has ({spoken})"]
        pairs = [(name, kind, sent) for (name, kind), (_, sent) in zip(expected, columns, strict=True)]
    elif shape is types.NoneType:
        return [f"returns {len(columns)} columns, the Python function nothing"] if columns else []
    elif len(columns) != 1:
        return [f"returns {len(columns)} columns, the Python function one value"]
    else:
        # a list of texts is either many rows of one or one row of many
        many = returned == list[str] and columns[0][1] != "text[]"
        pairs = [(columns[0][0], str if many else shape, columns[0][1])]
    return [
        f"returns {name} as {sent}, Python expects {_spoken(kind)}"
        for name, kind, sent in pairs
        if sent not in POSTGRES_TYPES.get(kind, ())
    ]


def _bare(hint: Any) -> Any:
    """`int` of `int | None`."""
    if typing.get_origin(hint) is types.UnionType:
        return next(part for part in typing.get_args(hint) if part is not types.NoneType)
    return hint


def _name(kind: Any) -> str:
    return str(kind.name)


def _spoken(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)


def _line(query: Query, error: asyncpg.PostgresError) -> int:
    """The line of the file that PostgreSQL's position points to."""
    position = int(getattr(error, "position", None) or 1)
    start = query.path.read_text("utf-8").split("/* " + query.name)[0].count("\n")
    return start + query.sql[: position - 1].count("\n") + 1


def _place(query: Query, problem: str) -> int:
    """The line of the file that speaks of the parameter or column in question, else its first."""
    words = set(problem.replace(",", " ").split())
    for number, line in enumerate(query.path.read_text("utf-8").splitlines(), 1):
        if not line.startswith("--") and any(f":{name}" in line or f".{name}" in line for name in words):
            return number
    return 1
