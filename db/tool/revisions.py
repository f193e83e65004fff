"""Query files and migrations as they were at another revision, read from git without a checkout."""

import asyncio
import io
import zipfile
from pathlib import Path

from db.pool import NotReady


async def newest_tag(root: Path) -> str:
    """The tag of the newest release before this checkout. Raises `NotReady` when there is none."""
    code, out, _ = await _git(root, "describe", "--tags", "--abbrev=0")
    if code:
        raise NotReady("No release is tagged yet: name a revision, python -m db verify --against origin/main say")
    return out.decode().strip()


async def unpack(root: Path, revision: str, folder: Path) -> None:
    """Writes that revision's `db/sql` and `db/migrations` into the folder. Raises `NotReady` when it has none."""
    code, commit, _ = await _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if code:
        raise NotReady(f"git knows no revision {revision} here; a shallow clone has to fetch it first")
    code, archive, _ = await _git(
        root, "archive", "--format=zip", commit.decode().strip(), "--", "db/sql", "db/migrations"
    )
    if code:
        raise NotReady(f"{revision} has no db/sql or no db/migrations: it is older than the data layer")
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        files.extractall(folder)


async def _git(root: Path, *words: str) -> tuple[int, bytes, str]:
    """The exit code and what it printed. Raises `NotReady` when there is no git."""
    try:
        child = await asyncio.create_subprocess_exec(
            *("git", "-C", str(root), *words), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
    except FileNotFoundError:
        raise NotReady("git is not installed, which knows what the other revision was") from None
    out, err = await child.communicate()
    return child.returncode or 0, out, err.decode()
