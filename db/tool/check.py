"""`python -m db check`: compares every query file with the schema and its Python function."""

import argparse
import asyncio
import time

from core.settings import Settings
from db import check, open_database
from db.tool.command import Commands, command, with_the_files_rights


def add(commands: Commands) -> None:
    command(commands, "check", "compare every query file with the schema and Python", run)


def run(settings: Settings, _: argparse.Namespace) -> int:
    files, seconds = asyncio.run(checked(settings))
    each = f"{1000 * seconds / files:.1f} ms a file"
    print(f"{files} query files fit the schema and their Python functions ({each}).")
    return 0


async def checked(settings: Settings) -> tuple[int, float]:
    """How many files there are and the seconds it took, when all of them fit. Raises `NotReady` or `Mismatch`."""
    async with open_database(with_the_files_rights(settings), service="dba") as db:
        started = time.perf_counter()
        await check.fit(db, anatomy_too=True)
        return len(db.queries), time.perf_counter() - started
