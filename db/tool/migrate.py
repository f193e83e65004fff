"""`python -m db migrate | rollback | status`: the schema, there and back, and who may do what in it."""

import argparse
import sys
from pathlib import Path

from core.settings import Settings
from db import migrate, roles
from db.tool.command import Commands, command


def add(commands: Commands) -> None:
    passwords = {"type": Path, "metavar": "DIR", "help": "set passwords: a file for each role, named like it"}
    command(commands, "migrate", "apply what is missing, and the roles", run_migrate, ("--passwords", passwords))
    count: dict[str, object] = {"type": int, "default": 1, "help": "how many (default: 1)"}
    command(commands, "rollback", "take the newest migration back", run_rollback, ("--count", count))
    command(commands, "status", "list the migrations", run_status)


def run_migrate(settings: Settings, arguments: argparse.Namespace) -> int:
    passwords = roles.passwords_in(arguments.passwords) if arguments.passwords else {}
    applied = migrate.migrate(settings.database_url)
    print(f"Applied {', '.join(applied)}." if applied else "Nothing to apply: the database is up to date.")
    if left := roles.grant(settings.database_url, passwords):
        print(left, file=sys.stderr)
    return 0


def run_rollback(settings: Settings, arguments: argparse.Namespace) -> int:
    taken = migrate.rollback(settings.database_url, arguments.count)
    print(f"Took back {', '.join(taken)}." if taken else "Nothing to take back.")
    return 0


def run_status(settings: Settings, _: argparse.Namespace) -> int:
    for name, applied in migrate.status(settings.database_url):
        print(f"{'applied' if applied else 'missing'}  {name}")
    return 0
