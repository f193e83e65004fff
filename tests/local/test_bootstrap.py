"""The .venv that every task stands on: made once, mended when it has to be, by two at a time if need be.

The lock files here are empty, so nothing is downloaded.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.local.runs import CHECKOUT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout, its path with a space, whose lock files lock nothing."""
    folder = tmp_path / "mini twit"
    shutil.copytree(CHECKOUT / "scripts", folder / "scripts")
    (folder / "requirements").mkdir()
    for name in ("local", "dev"):
        (folder / "requirements" / f"{name}.txt").write_text(f"# {name}: nothing\n")
    return folder


def bootstrap(checkout: Path, name: str = "local", **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [checkout / "scripts" / "bootstrap", name],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.fixture
def quick(tmp_path: Path) -> str:
    """A Python that makes a .venv in no time: pip is not installed into it but lent from the one the tests run in."""
    python = tmp_path / "python"
    lend = f"echo '{sysconfig.get_path('purelib')}' >\"$(echo .venv/lib/python3.*/site-packages)/lent.pth\""
    python.write_text(
        "#!/bin/sh\n"
        f'if [ "$2" = venv ]; then \'{sys.executable}\' "$@" --without-pip && {lend}\n'
        f"else exec '{sys.executable}' \"$@\"; fi\n"
    )
    python.chmod(0o755)
    return str(python)


def said(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """The exit code and what it said."""
    words, _ = process.communicate(timeout=120)
    return process.returncode, words


PREPARED = (0, "Preparing .venv (once; it takes a minute) …\n")
NOTHING = (0, "")


def test_it_is_made_once_by_two_at_a_time_and_the_tools_are_added_to_it(checkout: Path) -> None:
    answers = [said(process) for process in (bootstrap(checkout), bootstrap(checkout))]
    assert sorted(answers) == sorted([PREPARED, (0, "Another make is preparing .venv; waiting for it …\n")])
    assert said(bootstrap(checkout)) == NOTHING
    assert said(bootstrap(checkout, "dev")) == (0, "Adding the development tools to .venv …\n")
    assert said(bootstrap(checkout, "dev")) == NOTHING
    assert said(bootstrap(checkout)) == NOTHING


def test_it_is_made_anew_when_half_made_or_outdated_or_moved(checkout: Path, quick: str) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").write_text("half")
    assert said(bootstrap(checkout, PYTHON=quick)) == PREPARED
    (checkout / "requirements" / "local.txt").write_text("# something else\n")
    assert said(bootstrap(checkout, PYTHON=quick)) == PREPARED
    moved = checkout.rename(checkout.with_name("moved"))
    assert said(bootstrap(moved, PYTHON=quick)) == PREPARED
    assert said(bootstrap(moved, PYTHON=quick)) == NOTHING


def test_a_package_that_cannot_be_installed_leaves_no_venv_that_passes_for_a_good_one(
    checkout: Path, quick: str
) -> None:
    (checkout / "requirements" / "local.txt").write_text("./nowhere --hash=sha256:" + "0" * 64 + "\n")
    code, words = said(bootstrap(checkout, PYTHON=quick))
    assert code == 1
    assert words.endswith("The packages of requirements/local.txt could not be installed.\n")
    assert not (checkout / ".venv" / "made-from-local").exists()


def test_a_python_that_is_too_old_is_refused_in_one_sentence(checkout: Path, tmp_path: Path) -> None:
    path = _only(tmp_path, python3='[ "$1" = --version ] && echo Python 3.9.2 || exit 1')
    assert said(bootstrap(checkout, PATH=path)) == (
        1,
        "MiniTwit needs Python 3.11 or newer, and here is Python 3.9.2: install a newer one, or name it in PYTHON.\n",
    )


def test_a_python_without_its_venv_part_is_refused_in_one_sentence_where_it_cannot_be_installed(
    checkout: Path, tmp_path: Path
) -> None:
    path = _only(tmp_path, python3='case "$2" in *ensurepip*) exit 1 ;; *print*) echo python3.11-venv ;; esac')
    code, words = said(bootstrap(checkout, PATH=path))
    assert code == 1
    assert words.endswith(
        "python3 cannot make virtual environments: install the package python3.11-venv, then try again.\n"
    )


def _only(folder: Path, **pretended: str) -> str:
    """A PATH with just what the script needs of the system, and these programs that only pretend."""
    programs = folder / "bin"
    programs.mkdir()
    for program in ("cat", "dirname", "env", "flock", "id", "sh", "sha256sum"):
        (programs / program).symlink_to(shutil.which(program) or program)
    for program, body in pretended.items():
        (programs / program).write_text(f"#!/bin/sh\n{body}\n")
        (programs / program).chmod(0o755)
    return str(programs)
