"""`python -m db check`: compares every query file with the schema and its Python function."""

import argparse
import asyncio

from core.settings import Settings
from db import check, open_database
from db.tool.command import Commands, command


def add(commands: Commands) -> None:
    command(commands, "check", "compare every query file with the schema and Python", run)


def run(settings: Settings, _: argparse.Namespace) -> int:
    print(f"{asyncio.run(checked(settings))} query files fit the schema and their Python functions.")
    return 0


async def checked(settings: Settings) -> int:
    """How many files there are, when all of them fit. Raises `NotReady` or `Mismatch`."""
    async with open_database(settings, service="dba") as db:
        await check.fit(db)
        return len(db.queries)
