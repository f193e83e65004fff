"""`python -m db verify`: does the previous release still work while this one is rolled out?

Its processes go on for a while after the migration. So a new database is brought to the schema of that release, then to
today's, as the real one will be; each query file of that release has to mean the same on both.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from core.settings import Settings
from db import anatomy, migrate, nulls, primary
from db.pool import NotReady
from db.queries import Query, load
from db.tool import revisions
from db.tool.command import Commands, command

ROOT = Path(__file__).parents[2]
CURE = "let the migration add what is new, and take this away in a later release, when nobody uses it any more"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a statement takes and returns on a schema. Two that are equal are the same to the process that runs it."""

    parameters: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    nullable: frozenset[str]


def add(commands: Commands) -> None:
    against: dict[str, object] = {"metavar": "GITREF", "help": "a tag, branch or commit (default: the newest tag)"}
    words = "look whether a release's queries work on today's schema"
    command(commands, "verify", words, run, ("--against", against))


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    print(asyncio.run(verify(settings, ROOT, arguments.against)))
    return 0


async def verify(settings: Settings, root: Path, against: str | None) -> str:
    """A sentence for the reader, when every query file of that revision works on the schema of this checkout.

    Raises `NotReady` with a sentence for each that does not. `root` is the checkout; the server of DATABASE_URL is lent
    a database for the time, so the user needs the right to create one.
    """
    revision = against or await revisions.newest_tag(root)
    with TemporaryDirectory(prefix="minitwit-") as folder:
        old = Path(folder) / "db"
        await revisions.unpack(root, revision, Path(folder))
        queries = load(old / "sql")
        async with _lent_database(settings) as url:
            await asyncio.to_thread(migrate.migrate, url, old / "migrations")
            before = await _meanings(url, queries)
            await asyncio.to_thread(migrate.migrate, url, root / "db" / "migrations")
            after = await _meanings(url, queries)
        broken = [f"{revision}:{line}" for query in queries.values() for line in _difference(query, before, after)]
    if broken:
        raise NotReady("\n".join(broken))
    return f"{len(queries)} query files of {revision} work on today's schema."


def _difference(query: Query, before: dict[str, Meaning | str], after: dict[str, Meaning | str]) -> list[str]:
    """What today's schema changes for this file: no line, or one."""
    was, now = before[query.name], after[query.name]
    if isinstance(was, str):
        return [f"{was}, even on the schema of its own release: nothing can be said about it"]
    if isinstance(now, str):
        return [f"{now}: {CURE}"]
    lines = []
    for words, then, today in (
        ("takes", was.parameters, now.parameters),
        ("returns", [" ".join(column) for column in was.columns], [" ".join(column) for column in now.columns]),
        ("returns NULL in", sorted(was.nullable), sorted(was.nullable | now.nullable)),
    ):
        if then != today:
            changed = f"{words} ({', '.join(today)}) on today's schema, ({', '.join(then)}) on that of its release"
            lines.append(f"{anatomy.place(query, 1)}: {changed}: {CURE}")
    return lines


async def _meanings(url: str, queries: dict[str, Query]) -> dict[str, Meaning | str]:
    """What each file means on the schema of this database; a sentence with its place where PostgreSQL refuses it."""
    # planned as the roles of the doors have it, of which a database that is lent knows nothing
    planning = {"application_name": "minitwit-dba", "plan_cache_mode": "force_generic_plan"}
    connection = await primary.connect(url, server_settings=planning)
    try:
        nullable = frozenset(row[0] for row in await connection.fetch(load()["health/nullable"].sql))
        return {name: await _meaning(connection, query, nullable) for name, query in queries.items()}
    finally:
        await connection.close()


async def _meaning(connection: Any, query: Query, nullable: frozenset[str]) -> Meaning | str:
    try:
        statement = await connection.prepare(query.sql)
    except asyncpg.PostgresError as error:
        line = anatomy.line_at(query, int(getattr(error, "position", None) or 1) - 1)
        return f"{anatomy.place(query, line)}: PostgreSQL refuses it: {error.args[0]}"
    return Meaning(
        tuple(f"{name} {kind.name}" for name, kind in zip(query.parameters, statement.get_parameters(), strict=True)),
        tuple((column.name, column.type.name) for column in statement.get_attributes()),
        frozenset(await nulls.seen(connection, statement, nullable)) - set(query.nullable),
    )


@asynccontextmanager
async def _lent_database(settings: Settings) -> AsyncIterator[str]:
    """The URL of a new database on the server of DATABASE_URL, gone afterwards."""
    name = f"minitwit_verify_{token_hex(4)}"
    connection = await primary.connect(settings.database_url, server_settings={"application_name": "minitwit-dba"})
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield urlsplit(settings.database_url)._replace(path=f"/{name}").geturl()
        finally:
            await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    except asyncpg.InsufficientPrivilegeError:
        raise NotReady("The user of DATABASE_URL may not create a database, which verify needs for a moment") from None
    finally:
        await connection.close()
