"""Promoting and restoring stop the database: however that ends, it is started again. The real scripts, on a manager
whose docker writes down what it is asked for; what they do to real servers is for the rehearsal."""

import signal

import pytest

from tests.deploy.swarm import REGISTRY, Manager

BACK = {
    "deploy/promote": ["service scale --detach minitwit_db=1"],
    "deploy/restore": ["service scale --detach minitwit_db=1", "service scale --detach minitwit_standby=1"],
}
SCRIPTS = pytest.mark.parametrize("script", BACK)


@pytest.fixture
def manager(manager: Manager) -> Manager:
    """Both servers run where they should; `stopped` waits for nothing, because docker says so of db from the start."""
    manager.has_a_stack()
    manager.says("image", f"{REGISTRY}/database@sha256:database")
    manager.says("task-minitwit_db", "node-4 Shutdown")
    manager.says("task-minitwit_standby", "node-6 Running")
    for job in ("promote", "restore"):
        manager.says(f"task-minitwit_{job}", "Complete 1 second ago")
    return manager


def both_stopped(manager: Manager, script: str) -> None:
    """Restoring waits for the standby, too."""
    if script == "deploy/restore":
        manager.says("task-minitwit_standby", "node-6 Shutdown")


def scaled_back(manager: Manager) -> list[str]:
    return [line for line in manager.changed if line.startswith("service scale") and line.endswith("=1")]


@SCRIPTS
def test_a_job_that_goes_well_starts_what_was_stopped(manager: Manager, script: str) -> None:
    both_stopped(manager, script)
    assert manager.run(script)[0] == 0
    assert manager.changed[0].endswith("=0")
    assert scaled_back(manager) == BACK[script]


@SCRIPTS
@pytest.mark.parametrize("state", ["Failed 1 second ago", "Rejected 1 second ago", "Shutdown 1 second ago"])
def test_so_does_one_that_fails(manager: Manager, script: str, state: str) -> None:
    both_stopped(manager, script)
    manager.says(f"task-minitwit_{script.removeprefix('deploy/')}", state)
    assert manager.run(script)[0] == 1
    assert scaled_back(manager) == BACK[script]


@SCRIPTS
def test_so_does_one_that_docker_refuses(manager: Manager, script: str) -> None:
    both_stopped(manager, script)
    manager.says("refused")
    assert manager.run(script) == (1, "", "Docker refuses.\n")
    assert scaled_back(manager) == BACK[script]


@SCRIPTS
def test_so_does_one_that_no_machine_takes(manager: Manager, script: str) -> None:
    both_stopped(manager, script)
    job = f"minitwit_{script.removeprefix('deploy/')}"
    manager.says(f"task-{job}", "Pending 1 second ago no suitable node (2 nodes not available)")
    code, _, complained = manager.run(script)
    assert (code, complained) == (
        1,
        f"No machine takes {job}: Pending 1 second ago no suitable node (2 nodes not available)\n",
    )
    assert scaled_back(manager) == BACK[script]


@SCRIPTS
@pytest.mark.parametrize(("by", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_so_does_one_that_is_cut_short(manager: Manager, script: str, by: signal.Signals, code: int) -> None:
    both_stopped(manager, script)
    job = f"minitwit_{script.removeprefix('deploy/')}"
    manager.says(f"task-{job}", "Running 1 second ago")
    assert manager.cut_short(script, by=by, after=f"service create --quiet --detach --name {job}") == code
    assert scaled_back(manager) == BACK[script]
    assert manager.changed.count(f"service rm {job}") == 2, "of one before, and this one"


def test_nothing_is_stopped_for_a_standby_that_does_not_run(manager: Manager) -> None:
    manager.says("task-minitwit_standby", "node-6 Shutdown")
    words = "minitwit_standby does not run: nothing was changed. docker service ps minitwit_standby says why.\n"
    assert manager.run("deploy/promote") == (1, "", words)
    assert manager.changed == []


def test_a_standby_that_is_about_to_run_is_waited_for(manager: Manager) -> None:
    manager.says("task-minitwit_standby", "node-6 Starting")
    manager.says("a-second-later", "node-6 Running")
    sleep = '#!/bin/sh\n[ ! -e "$SAYS/a-second-later" ] || mv "$SAYS/a-second-later" "$SAYS/task-minitwit_standby"\n'
    (manager.home / "programs" / "sleep").write_text(sleep)
    assert manager.run("deploy/promote")[0] == 0
    assert "service scale --detach minitwit_db=0" in manager.changed


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("2026-11-25 12:00:00+00",), "--env TARGET=2026-11-25 12:00:00+00 --mount"),
        (("2026-11-25 12:00:00+00", "1"), "--env TARGET=2026-11-25 12:00:00+00 --env PGBACKREST_TARGET_TIMELINE=1 "),
        ((), "--env TARGET= --mount"),
    ],
)
def test_a_moment_may_lie_on_a_history_that_was_left(manager: Manager, words: tuple[str, ...], wanted: str) -> None:
    both_stopped(manager, "deploy/restore")
    assert manager.run("deploy/restore", *words)[0] == 0
    assert any(wanted in line for line in manager.changed)


def test_a_copy_of_the_data_does_not_outlive_a_try_that_is_cut_short(manager: Manager) -> None:
    manager.says("task-minitwit_copy", "Starting 1 second ago")
    assert manager.cut_short("deploy/try-migration", "image", by=signal.SIGTERM, after="service create") == 143
    assert manager.changed[-1] == "service rm minitwit_copy"
