"""What the manager does by itself: it receives a release from the CI server, and counts the replicas of the doors."""

import io
import tarfile
from pathlib import Path

import pytest

from tests.deploy.swarm import REVISION, Manager


def test_a_worker_counts_while_it_takes_work_and_is_there(manager: Manager) -> None:
    assert manager.run("deploy/provision/doors.sh", "count") == (0, "2\n", "")
    assert manager.changed == []


def test_both_doors_get_one_replica_a_worker(manager: Manager) -> None:
    manager.says("services", "minitwit_web 1/1", "minitwit_api 2/2")
    assert manager.run("deploy/provision/doors.sh") == (0, "", "")
    assert manager.changed == ["service scale --detach minitwit_web=2"]


@pytest.mark.parametrize(
    "change", [("services",), ("nodes", "node-0 manager active ready")], ids=["no stack yet", "no worker"]
)
def test_doors_are_left_alone_when_there_is_none_or_nowhere_to_go(manager: Manager, change: tuple[str, ...]) -> None:
    manager.says("services", "minitwit_web 1/1", "minitwit_api 1/1")
    manager.says(*change)
    assert manager.run("deploy/provision/doors.sh") == (0, "", "")
    assert manager.changed == []


def sent(**files: str) -> bytes:
    """As the CI server sends a release."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return archive.getvalue()


def test_what_the_operator_chose_reaches_the_release_word_for_word(manager: Manager) -> None:
    chosen = ["DOMAIN=minitwit.example", "MAIL_FROM=MiniTwit's <o'neil@example.org>", "WEBHOOK_URL=https://a/?b=*&c=$d"]
    manager.says("stack.env", *chosen)
    release = 'echo "$1"\nprintf "%s\\n" "DOMAIN=$DOMAIN" "MAIL_FROM=$MAIL_FROM" "WEBHOOK_URL=$WEBHOOK_URL"\n'
    script, archive = "deploy/provision/deploy.sh", sent(**{"deploy/release": release})
    code, said, complained = manager.run(script, given=archive, environment={"SSH_ORIGINAL_COMMAND": REVISION})
    assert (code, said.splitlines(), complained) == (0, [REVISION, *chosen], "")


@pytest.mark.parametrize("command", ["", "main", "../../etc", "0123; reboot"])
def test_the_key_of_the_ci_server_starts_a_release_and_nothing_else(manager: Manager, command: str) -> None:
    words = "A release is named by its revision, in hexadecimal digits.\n"
    assert manager.run("deploy/provision/deploy.sh", environment={"SSH_ORIGINAL_COMMAND": command}) == (2, "", words)


def test_the_last_five_releases_stay_and_the_newest_is_called_current(manager: Manager) -> None:
    manager.says("stack.env")
    for number in range(7):
        archive = sent(**{"deploy/release": "true\n"})
        manager.run("deploy/provision/deploy.sh", f"{number}", given=archive)
    assert {path.name for path in (manager.home / "releases").iterdir()} == {*"23456", "current"}
    assert (manager.home / "releases" / "current").readlink() == Path("6")
