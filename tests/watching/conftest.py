"""Everything at once, watched by a real Prometheus that looks each second, under a scenario with some trouble."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.tally import Tally
from core.settings import Settings
from db import numbers
from local.postgres import Programs
from local.watch import everything, traffic
from local.watch.everything import Everything


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who watches everything needs the proxy, too. Most of it looks each second: nothing else may keep the cores."""
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        if item.get_closest_marker("watching"):
            item.add_marker(pytest.mark.alone)
        if item.get_closest_marker("watching") or item.get_closest_marker("namespaces"):
            item.add_marker(pytest.mark.nginx)
            item.add_marker(pytest.mark.watching)


@dataclass(frozen=True)
class Watched:
    """What ran, from when to when, and what the simulator got."""

    here: Everything
    begin: float
    end: float
    tally: Tally


@pytest.fixture(scope="session")
def watched(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The scenario has been played, and Prometheus has seen it."""
    settings, folder = Settings.read({}), tmp_path_factory.mktemp("watch")
    with everything.running(folder, programs, {}, seconds=1.0) as here:
        begin = time.time()
        time.sleep(3)  # so that every series has a first value
        tally = traffic.play(here, settings, actions=1000, seed=1, pause=0.01)
        traffic.trouble(here)
        traffic.play(here, settings, actions=500, seed=2, pause=0.02)
        time.sleep(max(3, begin + numbers.FRESH + 10 - time.time()))  # until the doors have counted a second time
        yield Watched(here, begin, time.time(), tally)
