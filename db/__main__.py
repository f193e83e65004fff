"""The DBA's tool: python -m db migrate | rollback | status | check | explain | run."""

import argparse
import asyncio
import sys

import asyncpg

from core.settings import BadSettings, Settings
from db import NotReady, check, migrate, open_database
from db.explain import explain
from db.queries import Query, load
from db.run import run


def main() -> int:
    """Do what the command line says; 0 when it went well, 1 with a sentence when not."""
    arguments = command_line().parse_args()
    try:
        settings = Settings.read()
        if not settings.database_url:
            raise NotReady("DATABASE_URL is not set: it says where PostgreSQL is")
        done: int = arguments.run(settings, arguments)
    except (BadSettings, NotReady) as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, asyncpg.PostgresError) as error:
        print(f"The database of DATABASE_URL cannot be used: {type(error).__name__}", file=sys.stderr)
        return 1
    return done


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m db", description="DATABASE_URL says which database is meant.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("migrate", help="apply what is missing").set_defaults(run=run_migrate)
    back = commands.add_parser("rollback", help="take the newest migration back")
    back.add_argument("--count", type=int, default=1, help="how many (default: 1)")
    back.set_defaults(run=run_rollback)
    commands.add_parser("status", help="list the migrations").set_defaults(run=run_status)
    commands.add_parser("check", help="compare every query file with the schema and Python").set_defaults(run=run_check)
    plan = commands.add_parser("explain", help="show the plan of a query; nothing is changed")
    plan.add_argument("query", help="its name, timelines/public for db/sql/timelines/public.sql")
    plan.add_argument("values", nargs="*", metavar="name=value", help="values in the place of the file's samples")
    plan.set_defaults(run=run_explain)
    real = commands.add_parser("run", help="run a query for real, with every value given")
    real.add_argument("query", help="its name")
    real.add_argument("values", nargs="*", metavar="name=value")
    real.set_defaults(run=run_run)
    return parser


def run_migrate(settings: Settings, _: argparse.Namespace) -> int:
    applied = migrate.migrate(settings.database_url)
    print(f"Applied {', '.join(applied)}." if applied else "Nothing to apply: the database is up to date.")
    return 0


def run_rollback(settings: Settings, arguments: argparse.Namespace) -> int:
    taken = migrate.rollback(settings.database_url, arguments.count)
    print(f"Took back {', '.join(taken)}." if taken else "Nothing to take back.")
    return 0


def run_status(settings: Settings, _: argparse.Namespace) -> int:
    for name, applied in migrate.status(settings.database_url):
        print(f"{'applied' if applied else 'missing'}  {name}")
    return 0


def run_check(settings: Settings, _: argparse.Namespace) -> int:
    async def run() -> int:
        async with open_database(settings, service="dba") as db:
            await check.fit(db)
            return len(db.queries)

    print(f"{asyncio.run(run())} query files fit the schema and their Python functions.")
    return 0


def run_explain(settings: Settings, arguments: argparse.Namespace) -> int:
    query, given = named(arguments)
    print(asyncio.run(explain(settings.database_url, query, given)))
    return 0


def run_run(settings: Settings, arguments: argparse.Namespace) -> int:
    query, given = named(arguments)
    print(asyncio.run(run(settings.database_url, query, given)))
    return 0


def named(arguments: argparse.Namespace) -> tuple[Query, dict[str, str]]:
    """The query that the command line names, and the values it gives. Raises `NotReady` when there is no such query."""
    queries = load()
    name = arguments.query.removeprefix("db/sql/").removesuffix(".sql")
    if name not in queries:
        raise NotReady(f"There is no query {name}; there are {', '.join(sorted(queries))}")
    if wrong := [pair for pair in arguments.values if "=" not in pair]:
        raise NotReady(f"Values are written name=value, which {wrong[0]!r} is not")
    return queries[name], dict(pair.split("=", 1) for pair in arguments.values)


if __name__ == "__main__":
    sys.exit(main())
