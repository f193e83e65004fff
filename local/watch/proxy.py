"""The nginx of deploy/nginx, filled in as the official image's entrypoint does it."""

import os
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from local.words import CannotRun

FOLDER = Path(__file__).parents[2] / "deploy" / "nginx"
FINDER = FOLDER.parents[1] / "scripts" / "nginx"

HERE = "".join(f"{name}_temp_path {name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
"""Where only root may write, nginx's own folders are."""


@cache
def program() -> str:
    """The system's nginx when it is new enough, else the one that scripts/tools brought. Raises `CannotRun`."""
    found = subprocess.run([FINDER], capture_output=True, text=True, check=False)
    if found.returncode:
        raise CannotRun(found.stderr.strip())
    return found.stdout.strip()


def defaults() -> dict[str, str]:
    """The variables of the templates, as `variables.env` has them."""
    text = (FOLDER / "variables.env").read_text("utf-8")
    return dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))


def substituted(text: str, values: Mapping[str, str]) -> str:
    """What envsubst makes of it when it is told these names: `${NAME}` and `$NAME` of them, and no other."""
    names = "|".join(sorted(values, key=len, reverse=True))
    return re.sub(rf"\$(?:\{{({names})\}}|({names})(?![A-Za-z0-9_]))", lambda found: values[found[1] or found[2]], text)


def render(folder: Path, values: Mapping[str, str], changes: Mapping[str, str] | None = None) -> None:
    """Write nginx.conf and conf.d/. `changes` replace text of the templates: what would be if it stood otherwise.
    Raises `ValueError` when such a text is not there."""
    left = dict(changes or {})
    for path in (FOLDER / "nginx.conf", *FOLDER.glob("templates/**/*.template")):
        text = path.read_text("utf-8")
        for old in [old for old in left if old in text]:
            text = text.replace(old, left.pop(old))
        inside = Path("conf.d", *path.relative_to(FOLDER).parts[1:]) if path.suffix == ".template" else Path(path.name)
        target = folder / (inside.with_suffix("") if path.suffix == ".template" else inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(substituted(text, values) if path.suffix == ".template" else text, "utf-8")
    if left:
        raise ValueError(f"no template holds {', '.join(left)}")
    (folder / "conf.d" / "here.conf").write_text(HERE, "utf-8")


def command(folder: Path, *words: str) -> list[str]:
    """nginx, on what was rendered there. As root it keeps this user, who can read the folder."""
    user = "user root;" if os.geteuid() == 0 else ""
    main = f"daemon off; pid {folder}/pid; {user}"
    return [program(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr", "-g", main, *words]
