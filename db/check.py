"""Does every query file fit the schema and its Python function? Both doors ask at start, a DBA at any time."""

from collections.abc import Collection
from typing import Any

import asyncpg

from db import anatomy, face, health, nulls
from db.pool import Database, NotReady, QueryFailed, Unavailable
from db.queries import Query, load


class Mismatch(NotReady):
    """Query files that do not fit, a sentence each, beginning with the file's place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


async def fit(db: Database, *, anatomy_too: bool = False) -> None:
    """Raises `NotReady` when the database does not answer or lacks a migration of this release, `Mismatch` when a query
    does not fit.

    A door starts with a file whose prose is poor; the DBA's command looks at the parts of the files too.
    """
    try:
        await _fit(db, anatomy_too=anatomy_too)
    except (Unavailable, OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
        raise NotReady("The database of DATABASE_URL does not answer") from None


async def _fit(db: Database, *, anatomy_too: bool) -> None:
    try:
        missing = set(health.migrations_needed()) - set(await health.migrations(db))
    except QueryFailed:
        missing = set(health.migrations_needed())
    if missing:
        raise NotReady(f"The database is not migrated, it lacks {', '.join(sorted(missing))}: run python -m db migrate")
    nullable = frozenset(await health.nullable(db))
    found: list[str] = []
    async with db.pool.acquire() as connection:
        for query in db.queries.values():
            found += anatomy.problems(query) if anatomy_too else []
            found += await problems(connection, query, nullable)
    if found:
        raise Mismatch(list(dict.fromkeys(found)))


async def problems(connection: Any, query: Query, nullable: Collection[str] | None = None) -> list[str]:
    """Everything that keeps this query, the schema and its Python function apart, a sentence each with its place.

    `nullable` holds the columns of the schema that may be NULL, as `table.column`; it is looked up when not given.
    """
    try:
        statement = await connection.prepare(query.sql)
    except asyncpg.PostgresError as error:
        line = anatomy.line_at(query, int(getattr(error, "position", None) or 1) - 1)
        cure = getattr(error, "hint", None) or "correct the file, or write the migration that it needs"
        return [f"{anatomy.place(query, line)}: PostgreSQL refuses it: {error.args[0]}: {cure}"]
    try:
        function = face.python_face(query.name)
    except (ImportError, AttributeError):
        noun, outcome = query.name.split("/")
        return [f"{anatomy.place(query, 1)}: db/{noun}.py has no function {outcome}: write it, or remove the file"]
    if nullable is None:
        nullable = frozenset(row[0] for row in await connection.fetch(load()["health/nullable"].sql))
    sent = dict(zip(query.parameters, (kind.name for kind in statement.get_parameters()), strict=True))
    columns = [(column.name, column.type.name) for column in statement.get_attributes()]
    found = face.misfits(query, function, sent, columns)
    for column, reason in (await nulls.seen(connection, statement, nullable)).items():
        if column not in query.nullable:
            cure = f"declare `-- NULL: {column}.`, or rule it out with IS NOT NULL, coalesce or an INNER JOIN"
            words = f"may return {column} as NULL, because {reason}: {cure}"
            found.append(face.Misfit(words, column=column))
    sentences = [f"{anatomy.place(query, _line(query, misfit))}: {misfit.words}" for misfit in found]
    return sentences + anatomy.cut_short(query)


def _line(query: Query, misfit: face.Misfit) -> int:
    """The line that speaks of the parameter or the column."""
    if name := misfit.parameter:
        return anatomy.line_of(query, rf":'?{name}\b")
    if name := misfit.column:
        # what is returned stands four spaces in, what a CTE or a subquery returns further
        outermost = rf"^ {{4}}(\S.* AS |\w+\.)?{name},?$"
        return anatomy.line_of(query, outermost, rf"\bAS {name}\b", rf"[ .]{name},?$", rf"\b{name}\b")
    return 1
