"""`python -m db lint`: the style of all SQL, and what each migration does to a running site. No database is asked.

`lint --release` notes, when nothing is wrong, that the migrations are out and may not be edited any more.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from core.settings import Settings
from db.tool import linters, migrations
from db.tool.command import Commands, command

ROOT = Path(__file__).parents[2]


def add(commands: Commands) -> None:
    release = {"action": "store_true", "help": "note that the migrations are released: they are not edited any more"}
    command(commands, "lint", "look at migrations and the style of SQL", run, ("--release", release), database=False)


def run(_: Settings, arguments: argparse.Namespace) -> int:
    found = asyncio.run(problems(ROOT))
    if found:
        print("\n".join(found), file=sys.stderr)
        return 1
    if arguments.release:
        new = migrations.release(ROOT / "db" / "migrations")
        print(f"Released {', '.join(new)}." if new else "Nothing to release: every migration is listed.")
    else:
        print(f"{len(_files(ROOT))} files of SQL: nothing to complain about.")
    return 0


async def problems(root: Path) -> list[str]:
    """Everything that there is to say, `file:line: rule: words` each. Raises `NotReady` when a linter is missing."""
    # a rollback takes away what its migration brought, which is what squawk warns of
    forward = [path for path in _files(root) if path.parent.name == "migrations" and ".rollback" not in path.name]
    said = await asyncio.gather(linters.squawk(root, forward), linters.sqlfluff(root, _files(root)))
    return [*migrations.problems(root / "db" / "migrations"), *said[0], *said[1]]


def _files(root: Path) -> list[Path]:
    return sorted([*(root / "db" / "sql").glob("*/*.sql"), *(root / "db" / "migrations").glob("*.sql")])
