"""Shell scripts are looked at by `make check`, can be started, and stop at the first command that fails."""

import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTED = subprocess.run(
    ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
)
FILES = sorted({ROOT / name for name in LISTED.stdout.split("\0") if name and (ROOT / name).is_file()})
FIRST_LINES = {path: path.read_bytes().partition(b"\n")[0] for path in FILES}
SCRIPTS = [path for path, line in FIRST_LINES.items() if line in {b"#!/bin/sh", b"# shellcheck shell=sh"}]

LENIENT = {"local/rehearse/stand_ins/droplet/droplet-init": "a machine starts, whatever its kernel lacks"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def checked(commands: str) -> set[Path]:
    """The scripts that shellcheck is given in what make would run."""
    (words,) = re.findall(r"shellcheck -x ((?:\\\n|.)+)$", commands, re.M)
    return {path for word in words.replace("\\\n", " ").split() for path in ROOT.glob(word)}


def unchecked(commands: str, scripts: Iterable[Path] = SCRIPTS) -> list[str]:
    return sorted(named(path) for path in set(scripts) - checked(commands))


@pytest.fixture(scope="module")
def commands() -> str:
    """What `make check` would run."""
    environment = {"PATH": os.environ["PATH"]}  # not what a make above this test says of itself
    made = subprocess.run(
        ["make", "--dry-run", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return made.stdout


def test_make_check_looks_at_every_shell_script(commands: str) -> None:
    assert len(SCRIPTS) > 30
    assert unchecked(commands) == []


def test_one_that_is_not_in_its_list_is_found(commands: str) -> None:
    assert unchecked(commands.replace(" deploy/release ", " ")) == ["deploy/release"]
    assert "deploy/provision/doors.sh" in unchecked(commands.replace(" deploy/*/*.sh ", " "))
    assert unchecked(commands, [*SCRIPTS, ROOT / "local" / "new"]) == ["local/new"]


@pytest.mark.parametrize("path", [path for path in SCRIPTS if not path.suffix], ids=named)
def test_a_script_that_is_called_by_its_name_can_be_started(path: Path) -> None:
    assert os.access(path, os.X_OK)


def test_what_can_be_started_says_by_what() -> None:
    started = [path for path in FILES if path.stat().st_mode & 0o111]
    assert started
    assert [named(path) for path in started if not FIRST_LINES[path].startswith(b"#!/")] == []


@pytest.mark.parametrize("path", [path for path in SCRIPTS if FIRST_LINES[path] == b"#!/bin/sh"], ids=named)
def test_a_script_stops_at_what_fails_and_at_a_name_that_is_not_set(path: Path) -> None:
    assert bool(re.search(r"^set -eu$", path.read_text("utf-8"), re.M)) == (named(path) not in LENIENT)
