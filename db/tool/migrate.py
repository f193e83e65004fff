"""`python -m db migrate | rollback | status`: the schema, there and back."""

import argparse

from core.settings import Settings
from db import migrate
from db.tool.command import Commands, command


def add(commands: Commands) -> None:
    command(commands, "migrate", "apply what is missing", run_migrate)
    count: dict[str, object] = {"type": int, "default": 1, "help": "how many (default: 1)"}
    command(commands, "rollback", "take the newest migration back", run_rollback, ("--count", count))
    command(commands, "status", "list the migrations", run_status)


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
