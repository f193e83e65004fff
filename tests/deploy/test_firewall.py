"""From outside 22, 80 and 443 are found and nothing else, whatever a container publishes: the real firewall.sh and real
packets, in network namespaces."""

import os
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.iptables

OURS = "10.78.0.3 worker-1\n"
FIREWALL = Path(__file__).parents[2] / "deploy" / "provision" / "firewall.sh"


def scanned(ports: str, *, machines: str = OURS, then: str = "true") -> dict[str, list[int]]:
    """The ports that a stranger and one of our machines find, when these are open; `then` is run before they look."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    script = Path(__file__).parent / "network.sh"
    done = subprocess.run(
        [
            *as_root,
            "unshare",
            "--net",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "sh",
            script,
            ports,
            machines,
            then,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name: [int(port) for port in found] for name, *found in map(str.split, done.stdout.splitlines())}


def test_a_stranger_finds_what_is_open_and_no_port_that_a_container_publishes_beside_it() -> None:
    assert scanned("22 80 443")["stranger"] == [22, 80, 443]


def test_a_machine_without_the_proxy_shows_ssh_only() -> None:
    assert scanned("22")["stranger"] == [22]


def test_our_machines_reach_the_swarm_and_the_registry_and_not_the_database() -> None:
    assert scanned("22 80 443")["ours"] == [22, 80, 443, 2377, 5000, 7946]


def test_a_machine_that_is_not_in_the_list_any_more_is_a_stranger() -> None:
    assert scanned("22 80 443", machines="")["ours"] == [22, 80, 443]


def test_without_docker_user_the_published_port_would_be_found() -> None:
    assert scanned("22 80 443", then="iptables -F DOCKER-USER")["stranger"] == [22, 80, 443, 8090]


def test_without_its_chain_the_machine_would_be_open() -> None:
    found = scanned("22 80 443", then="iptables -F MINITWIT")["stranger"]
    assert found == [22, 80, 443, 2377, 5000, 5432, 7946]


def test_running_it_again_adds_no_rule() -> None:
    again = f"for _ in 1 2 3; do sh '{FIREWALL}'; done"
    assert scanned("22 80 443", then=again)["rules"] == scanned("22 80 443")["rules"]
