"""`python -m db reload`: checks the query files, then asks the running doors to put them in force."""

import argparse
import asyncio
import os
import signal
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from core.settings import Settings
from db import check, open_database
from db.pool import NotReady
from db.queries import SQL_FOLDER
from db.reload import version
from db.tool.command import Commands, command, with_the_files_rights

PROCESSES = Path("/proc")
CHECKOUT = SQL_FOLDER.resolve().parents[1]

DOORS = {"web_aiohttp": "site", "api_starlette": "API"}
"""What a person calls the door that `python -m` starts by this name."""


def add(commands: Commands) -> None:
    pid: dict[str, object] = {"type": int, "nargs": "*", "metavar": "PID", "help": "a door (default: all started here)"}
    command(commands, "reload", "check the query files, then have running doors use them", run, ("pid", pid))


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    live = asyncio.run(checked(settings))
    asked = [*arguments.pid] or list(doors())
    if not asked:
        raise NotReady(f"The files are good, but no door runs that this user started in {CHECKOUT}")
    complaints = []
    for pid in asked:
        try:
            print(f"Asked the {ask(pid)}, process {pid}.")
        except NotReady as complaint:
            complaints.append(str(complaint))
    if complaints:
        raise NotReady("\n".join(complaints))
    print(f'Their logs say what came of it; their /metrics say db_query_files{{hash="{live}"}} once it is in force.')
    return 0


async def checked(settings: Settings) -> str:
    """The version of the files, when all of them fit. Raises `NotReady` or `Mismatch`."""
    async with open_database(with_the_files_rights(settings), service="dba") as db:
        await check.fit(db)
        return version(db.queries)


def doors() -> Iterator[int]:
    """The processes of this user that are doors and read the same files as this one."""
    for folder in sorted(PROCESSES.glob("[0-9]*"), key=lambda folder: int(folder.name)):
        try:
            mine = folder.stat().st_uid == os.getuid()
            if mine and _door(folder) and (folder / "cwd").resolve() == CHECKOUT:
                yield int(folder.name)
        except OSError:  # it has ended meanwhile
            continue


def ask(pid: int) -> str:
    """Send SIGHUP to a door and return what a person calls it. Raises `NotReady` when the signal would end it, or it is
    no door: to `make run`, say, the signal means stop."""
    try:
        door = _door(PROCESSES / str(pid))
        if door is None:
            raise NotReady(f"Process {pid} is no door")
        status = (PROCESSES / str(pid) / "status").read_text("utf-8")
        caught = int(status.split("SigCgt:")[1].split()[0], 16)
        if not caught >> (signal.SIGHUP - 1) & 1:
            raise NotReady(f"The {door}, process {pid}, does not listen to SIGHUP yet: it has just been started")
        os.kill(pid, signal.SIGHUP)
    except OSError as error:
        raise NotReady(f"Process {pid} cannot be asked: {error.strerror}") from None
    return door


def _door(folder: Path) -> str | None:
    """What a person calls the door that this process is, `None` when it is none."""
    words = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    if not Path(words[0]).name.startswith("python"):  # a program that runs a door, like timeout, is none
        return None
    return next((DOORS[name] for flag, name in pairwise(words) if flag == "-m" and name in DOORS), None)
