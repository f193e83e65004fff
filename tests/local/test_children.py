"""A process that was started here ends with whoever started it, even if that one was killed before it could begin."""

import subprocess
import sys
from pathlib import Path

import psutil

from local.children import bound
from tests.local.runs import CHECKOUT

PARENT = """
import subprocess, time
from local.children import bound
print(subprocess.Popen(bound("TERM", "sleep", "60")).pid, flush=True)
time.sleep(60)
"""


def test_a_child_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    assert not psutil.wait_procs([child], timeout=5)[1]


def test_a_child_whose_parent_is_gone_already_does_not_begin(tmp_path: Path) -> None:
    made = tmp_path / "made"
    command = bound("TERM", "touch", str(made))
    # Another process starts it than the one it is bound to, as if the system had adopted it in between.
    subprocess.run(["env", "sh", "-c", '"$@"; true', "sh", *command], check=True)
    assert not made.exists()
    subprocess.run(command, check=True)
    assert made.exists()
