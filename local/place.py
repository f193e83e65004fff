"""DATA_DIR: held by one run at a time. The lock goes with its process, however that one ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from local.words import CannotRun

GRACE = 1.5
"""Seconds in which a run that was just told to stop has written down that it stops."""

STOPPING = 12.0
"""Seconds that a stopping run is waited for: it needs 10 at most, unless SHUTDOWN_SECONDS is set higher than usual."""


class Place:
    """The folder this run holds, and what the run before it left written in the lock file."""

    def __init__(self, folder: Path, lock: TextIO) -> None:
        self.folder = folder
        self._lock = lock
        lock.seek(0)
        self.interrupted = lock.read() != ""
        """The last run did not end by itself: what it started may need a moment to go."""

    def note(self, state: str) -> None:
        """Write down for the next run what this one does: `running`, `stopping`, or nothing any more."""
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(f"{state} {os.getpid()}" if state else "")
        self._lock.flush()


@contextmanager
def held(data_dir: Path) -> Iterator[Place]:
    """The place for the data, made if need be, held until the end. Raises `CannotRun`."""
    folder = data_dir.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+", encoding="ascii")
    except OSError as error:
        raise CannotRun(
            f"The data cannot be kept in {folder}: {error.strerror}. Choose another place with DATA_DIR."
        ) from error
    with lock:
        _acquire(folder, lock)
        place = Place(folder, lock)
        place.note("running")
        yield place
        place.note("")


def _acquire(folder: Path, lock: TextIO) -> None:
    begin = time.monotonic()
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            state, _, pid = lock.read().partition(" ")
            if time.monotonic() > begin + (STOPPING if state == "stopping" else GRACE):
                raise CannotRun(
                    f"MiniTwit uses the data in {folder} already (process {pid or 'unknown'}): "
                    "stop that one first, or choose another DATA_DIR."
                ) from None
            time.sleep(0.1)
        else:
            return
