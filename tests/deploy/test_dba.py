"""The DBA's commands in the swarm: one container, one secret, gone afterwards. The real script; what it finds out on a
real database is for the rehearsal."""

import re

import pytest

from tests.deploy.swarm import REGISTRY, Manager


@pytest.fixture
def manager(manager: Manager) -> Manager:
    manager.has_a_stack()
    manager.says("image", f"{REGISTRY}/migrate@sha256:migrate")
    manager.says("task-minitwit_dba", "Complete 1 second ago")
    return manager


def test_a_command_runs_in_the_release_that_is_in_force_as_the_dba(manager: Manager) -> None:
    assert manager.run("deploy/dba", "explain", "timelines/public", "before=7")[0] == 0
    (created,) = (line for line in manager.record if line.startswith("docker service create"))
    assert re.findall("--secret (\\S+)", created) == ["minitwit_dba"]
    assert f" {REGISTRY}/migrate@sha256:migrate sh -ec " in created
    assert any(line.endswith(" db explain timelines/public before=7") for line in manager.record)
    assert re.fullmatch("docker service logs --raw minitwit_dba-[0-9]+", manager.record[-2])
    assert re.fullmatch("docker service rm minitwit_dba-[0-9]+", manager.record[-1])


def test_edited_files_are_given_to_it_and_go_with_it(manager: Manager) -> None:
    assert manager.run("deploy/dba", "--edited", "check", given=b"an archive")[0] == 0
    changed = [line for line in manager.changed if not line.startswith("service logs")]
    config = re.findall("minitwit_edited-[0-9]+", changed[0])[0]
    assert changed[0] == f"config create {config} -"
    assert f"--config source={config},target=/edited.tar" in "".join(changed[1:-2])
    assert changed[-1] == f"config rm {config}"


@pytest.mark.parametrize("words", [("check",), ("--edited", "check")], ids=["as released", "edited"])
def test_it_ends_as_the_command_ended(manager: Manager, words: tuple[str, ...]) -> None:
    manager.says("task-minitwit_dba", "Failed 1 second ago")
    assert manager.run("deploy/dba", *words)[0] == 1
    assert manager.changed[-1].split()[:2] in (["service", "rm"], ["config", "rm"])
