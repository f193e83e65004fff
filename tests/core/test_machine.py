"""machine: what the process and its machine use is what they use, and a loop that is held up is seen to be late."""

import asyncio
import resource
import time
from collections.abc import Callable

import psutil
import pytest

from core import machine, metrics


def value(name: str, labels: str = "") -> float:
    """The value of this series on the page."""
    (line,) = [line for line in metrics.page().decode().splitlines() if line.startswith(f"{name}{labels} ")]
    return float(line.rpartition(" ")[2])


def test_the_numbers_are_those_of_this_process_and_this_machine() -> None:
    machine.tell()
    assert value("process_resident_memory_bytes") == pytest.approx(psutil.Process().memory_info().rss, rel=0.1)
    assert value("process_max_fds") == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert value("process_start_time_seconds") == psutil.Process().create_time()
    assert value("host_memory_bytes", '{state="total"}') == psutil.virtual_memory().total
    assert 0 < value("host_memory_bytes", '{state="available"}') < value("host_memory_bytes", '{state="total"}')


@pytest.mark.parametrize(
    ("name", "labels"), [("process_cpu_seconds_total", ""), ("host_cpu_seconds_total", '{mode="user"}')]
)
def test_processor_time_grows_as_it_is_spent(name: str, labels: str) -> None:
    machine.tell()
    before = value(name, labels)
    _spend(0.2, lambda: sum(range(1000)))
    machine.tell()
    assert 0.1 < value(name, labels) - before < 5


def test_open_files_are_counted() -> None:
    machine.tell()
    before = value("process_open_fds")
    with open(__file__, "rb"):  # noqa: PTH123  # the plainest file descriptor there is
        machine.tell()
        assert value("process_open_fds") == before + 1


async def test_a_loop_that_is_held_up_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LOOK_EVERY", 0.02)

    def late() -> float:
        return value("event_loop_lag_seconds_count") - value("event_loop_lag_seconds_bucket", '{le="0.25"}')

    async with machine.watched("test", "abc"):
        await asyncio.sleep(0.1)
        before, looks = late(), value("event_loop_lag_seconds_count")
        assert looks >= 2
        time.sleep(0.4)  # noqa: ASYNC251  # this is the mistake that it is to find
        await asyncio.sleep(0.1)
        assert late() > before
    assert value("minitwit_build_info", '{revision="abc",service="test",version="0.1.0"}') == 1


def _spend(seconds: float, work: Callable[[], object]) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        work()
