"""The DBA's tool: `python -m db COMMAND`; each command is a file of `db/tool`."""

import argparse
import sys

import asyncpg

from core.settings import BadSettings, Settings
from db import NotReady
from db.primary import BadAddress, NoPrimary
from db.tool import budget, check, explain, lint, migrate, reload, run, top, verify

COMMANDS = (migrate, check, verify, lint, explain, budget, top, run, reload)
"""In the order in which `--help` lists them."""


def main() -> int:
    """Do what the command line says; 0 when it went well, 1 with a sentence when not."""
    arguments = command_line().parse_args()
    try:
        settings = Settings.read()
        if arguments.database and not settings.database_url:
            raise NotReady("DATABASE_URL is not set: it says where PostgreSQL is")
        done: int = arguments.run(settings, arguments)
    except (BadSettings, BadAddress, NotReady) as error:
        print(error, file=sys.stderr)
        return 1
    except NoPrimary as error:
        print(f"The database of DATABASE_URL cannot be reached ({error})", file=sys.stderr)
        return 1
    except (OSError, asyncpg.PostgresError) as error:
        print(f"The database of DATABASE_URL cannot be used: {type(error).__name__}", file=sys.stderr)
        return 1
    return done


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m db", description="DATABASE_URL says which database is meant.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
