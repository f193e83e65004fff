"""Prometheus finds the replicas of a door as it does in a swarm: by the addresses of a name, asked of a name server."""

import subprocess
import sys

import pytest

from local.watch.everything import REPLICAS


@pytest.mark.namespaces
def test_each_replica_is_found_by_name_and_a_replica_comes_and_goes() -> None:
    both, one = ", ".join(f"{replica}:8001 up" for replica in REPLICAS), f"{REPLICAS[0]}:8001 up"
    words = ["unshare", "--mount", "--net", sys.executable, "-m", "tests.watching.discovery", "wheel"]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=240, check=False)
    assert ran.stdout.splitlines()[-3:] == [both, one, both], ran.stderr
