"""Root, an ordinary user, and data that passes between them. PostgreSQL itself never runs as root."""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.accounts import NAMESPACE
from local.programs import Programs
from tests.local.runs import CHECKOUT, COMMAND, NOBODY, PACKAGES, Run

LONG = "a rather long name of a folder " * 4


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody can reach, unlike pytest's own, and that belongs to `nobody`."""
    with tempfile.TemporaryDirectory(prefix="minitwit tests ") as folder:
        Path(folder).chmod(0o755)
        os.chown(folder, *_nobody())
        yield Path(folder)


@pytest.fixture
def no_namespaces(tmp_path: Path) -> dict[str, str]:
    """An environment in which user namespaces are forbidden, as in most containers."""
    unshare = tmp_path / "bin" / "unshare"
    unshare.parent.mkdir()
    unshare.write_text("#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n")
    unshare.chmod(0o755)
    return {"PATH": f"{unshare.parent}:{os.environ['PATH']}"}


def test_an_ordinary_user_runs_it_from_a_long_path_with_spaces_and_root_continues(
    public: Path, programs: Programs
) -> None:
    checkout = public / LONG / "mini twit"
    for package in PACKAGES:
        shutil.copytree(CHECKOUT / package, checkout / package)
    data = checkout / "data"
    data.mkdir()
    os.chown(data, *_nobody())
    command, environment = _as_nobody()
    run = Run(data, programs, environment, command=command, checkout=checkout).up()
    assert run.register("Anna") == 204
    assert run.stop() == 0
    again = Run(data, programs, checkout=checkout).up()
    assert again.register("Anna") == 400
    assert again.stop() == 0


def test_the_data_of_root_is_refused_to_an_ordinary_user_in_one_sentence(public: Path, programs: Programs) -> None:
    data = public / "data"
    data.mkdir(mode=0o755)
    for package in PACKAGES:
        shutil.copytree(CHECKOUT / package, public / package)
    command, environment = _as_nobody()
    if command[0] == "unshare":
        # In its namespace this `nobody` is root's own number on the disk, so the folder is somebody else's.
        os.chown(data, *_nobody())
    run = Run(data, programs, environment, command=command, checkout=public)
    assert run.ended() == 1
    assert run.said == f"The data cannot be kept in {data}: Permission denied. Choose another place with DATA_DIR.\n"


def test_root_without_user_namespaces_runs_the_database_as_another_user(
    public: Path, programs: Programs, no_namespaces: dict[str, str]
) -> None:
    data = public / "data"
    run = Run(data, programs, no_namespaces).up()
    server = run.part("/postgres -D")
    assert server.uids().real != 0
    assert (data / "cluster").stat().st_uid == server.uids().real
    assert run.register("Anna") == 204
    assert run.stop() == 0
    with_namespaces = Run(data, programs).up()
    assert with_namespaces.register("Anna") == 400
    assert with_namespaces.stop() == 0


def test_root_without_user_namespaces_is_told_of_a_place_that_nobody_else_can_reach(
    tmp_path: Path, programs: Programs, no_namespaces: dict[str, str]
) -> None:
    tmp_path.chmod(0o700)
    run = Run(tmp_path / "data", programs, no_namespaces)
    assert run.ended() == 1
    assert run.said.splitlines()[-1].startswith("PostgreSQL does not run as root, and as ")
    assert run.said.splitlines()[-1].endswith(
        f" it cannot reach {tmp_path}/data: choose a place that everybody can reach, DATA_DIR=/var/tmp/minitwit say, "
        "or run as an ordinary user."
    )


def test_data_that_root_made_in_a_namespace_is_refused_where_there_is_none(
    kept: Path, programs: Programs, no_namespaces: dict[str, str]
) -> None:
    run = Run(kept, programs, no_namespaces)
    assert run.ended() == 1
    assert run.said == (
        f"The data in {kept}/cluster belongs to root, PostgreSQL does not run as root, and this machine allows no user "
        "namespace: choose another DATA_DIR, or run as an ordinary user.\n"
    )


def _nobody() -> tuple[int, int]:
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _as_nobody() -> tuple[tuple[str, ...], dict[str, str]]:
    """How `nobody` starts a run: with a Python that this user can reach, else in a namespace of that name."""
    environment = {"PYTHONPATH": sysconfig.get_path("purelib"), "PYTHONDONTWRITEBYTECODE": "1"}
    for python in (sys.executable, "/usr/bin/python{}.{}".format(*sys.version_info)):
        command = (*NOBODY, python)
        tried = subprocess.run([*command, "-c", "import asyncpg"], env=environment, capture_output=True, check=False)
        if tried.returncode == 0:
            return (*command, "-m", "local"), environment
    return (*NAMESPACE, *COMMAND), environment
