"""What every test of a run needs: a place for its data, with a space in its path, and the PostgreSQL to run."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.programs import Programs
from tests.local.runs import Run

Start = Callable[..., Run]

collect_ignore = [] if os.geteuid() == 0 else ["test_as_root.py"]
"""Only root can become somebody else."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "the data"


@pytest.fixture
def start(data: Path, programs: Programs) -> Iterator[Start]:
    """Starts a run on `data`; whatever is started is over when the test is."""
    runs: list[Run] = []

    def begin(**given: str) -> Run:
        runs.append(Run(data, programs, given))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.process.terminate()
            run.process.wait(15)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, programs: Programs) -> Path:
    """Data that a run has made already, with Anna registered in it."""
    data = tmp_path_factory.mktemp("kept") / "the data"
    run = Run(data, programs).up()
    assert run.register("Anna") == 204
    assert run.stop() == 0
    return data
