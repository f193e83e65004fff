"""The short form of `make rehearse`: machines from nothing, a swarm, a release under load, a primary that is lost."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.long,
    pytest.mark.docker,
    pytest.mark.vagrant,
    pytest.mark.nginx,
    pytest.mark.namespaces,
    pytest.mark.timeout(1500),
]


def test_from_nothing_to_a_swarm_that_outlives_a_release_and_its_primary(tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    words = [sys.executable, "-m", "local.rehearse", "--short", "--table", str(table)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    rows = [line for line in table.read_text("utf-8").splitlines() if line.endswith("| yes |")]
    assert len(rows) >= 9, "a line for each act, and the primary has two"
