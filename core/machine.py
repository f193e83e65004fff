"""What a door is and what it uses of its machine, for Prometheus: processor, memory, files, how late its loop is."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psutil

from core import VERSION, metrics

LOOK_EVERY = 0.25
"""Seconds between two looks at the event loop."""

_MODES = ("user", "nice", "system", "iowait", "irq", "softirq", "steal", "idle")

_process = psutil.Process()


def tell() -> None:
    """Tell the metrics; takes well under a millisecond."""
    with _process.oneshot():
        used = _process.cpu_times()
        metrics.process_cpu.set(used.user + used.system)
        metrics.process_memory.set(_process.memory_info().rss)
        metrics.process_files.set(_process.num_fds())
        metrics.process_started.set(_process.create_time())
    metrics.process_files_allowed.set(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    spent = psutil.cpu_times()
    for mode in _MODES:
        metrics.host_cpu.set(getattr(spent, mode, 0.0), mode)
    memory = psutil.virtual_memory()
    metrics.host_memory.set(memory.total, "total")
    metrics.host_memory.set(memory.available, "available")


@asynccontextmanager
async def watched(service: str, revision: str) -> AsyncIterator[None]:
    """For as long as a door runs: what runs is told, and a task sleeps and tells how much too late it was woken up."""
    metrics.build.set(1, service, VERSION, revision)
    watching = asyncio.create_task(_watch())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch() -> None:
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + LOOK_EVERY
        await asyncio.sleep(LOOK_EVERY)
        metrics.loop_lag.observe(max(0.0, clock() - due))
