"""What the tests of the operator's scripts stand on."""

from pathlib import Path

import pytest

from tests.deploy.swarm import Manager


@pytest.fixture
def manager(tmp_path: Path) -> Manager:
    manager = Manager(tmp_path)
    manager.prepare()
    return manager
