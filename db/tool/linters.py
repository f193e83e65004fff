"""squawk, which knows what a migration does to a running site, and sqlfluff, which knows SQL's style."""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

from db.pool import NotReady


async def squawk(root: Path, migrations: list[Path]) -> list[str]:
    """What it says of these migrations, `file:line: rule: words` each. Its settings are in .squawk.toml."""
    alone = [path for path in migrations if re.search(r"^-- transactional: *false", path.read_text("utf-8"), re.M)]
    together = [path for path in migrations if path not in alone]
    found = []
    for paths, manner in ((together, "--assume-in-transaction"), (alone, "--no-assume-in-transaction")):
        if paths:
            found += await _answer(
                root, "squawk", "--config", ".squawk.toml", "--reporter", "json", manner, paths=paths
            )
    # it counts lines from 0
    return [f"{it['file']}:{it['line'] + 1}: {it['rule_name']}: {_plain(it['message'], it['help'])}" for it in found]


async def sqlfluff(root: Path, files: list[Path]) -> list[str]:
    """What it says of these files, `file:line: rule: words` each. Its settings are in .sqlfluff."""
    found = await _answer(root, "sqlfluff", "lint", "--format", "json", paths=files)
    return [
        f"{file['filepath']}:{it['start_line_no']}: {it['code']}: {_plain(it['description'])}"
        for file in found
        for it in file["violations"]
    ]


async def _answer(root: Path, program: str, *words: str, paths: list[Path]) -> list[Any]:
    """The JSON that the program prints. Raises `NotReady` when it is not installed, or prints something else."""
    place = str(Path(sys.executable).parent / program)
    names = [path.relative_to(root).as_posix() for path in paths]
    try:
        child = await asyncio.create_subprocess_exec(
            *(place, *words, *names), cwd=root, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
    except FileNotFoundError:
        raise NotReady(
            f"{program} is not installed beside {sys.executable}: it is among the dev dependencies"
        ) from None
    out, err = await child.communicate()
    try:
        answer: list[Any] = json.loads(out)
    except ValueError:
        raise NotReady(f"{program} did not run: {_plain((err or out).decode())}") from None
    return answer


def _plain(*words: str | None) -> str:
    """On one line."""
    return " ".join(" ".join(part.split()) for part in words if part)
