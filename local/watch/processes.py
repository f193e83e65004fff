"""Starts programs that answer over HTTP, each with a log of its own, and stops them in the reverse order."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from local.children import bound
from local.words import CannotRun

PATIENCE = 30.0
"""Seconds that a program has to answer in."""


class Processes:
    """`start` starts one; leaving the stack stops all of them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        stack.callback(self._stop)

    def start(self, name: str, words: Sequence[str], ready: str, environment: Mapping[str, str] | None = None) -> None:
        """Start it, with `NAME.log` for what it says, and wait until `ready` answers. Raises `CannotRun`."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                bound("TERM", *words),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,  # Ctrl-C is for whoever started this
            )
        self.running[name] = process
        deadline = time.monotonic() + PATIENCE
        while not answers(ready):
            if process.poll() is not None or time.monotonic() > deadline:
                last = log.read_text("utf-8", "replace").strip().splitlines()[-1:] or ["It did not say why."]
                raise CannotRun(f"{name} did not start: {last[0]}")
            time.sleep(0.05)

    def ended(self) -> str | None:
        """The name of one that has ended by itself."""
        return next((name for name, process in self.running.items() if process.poll() is not None), None)

    def stop(self, name: str) -> None:
        """Stop this one."""
        process = self.running.pop(name)
        process.terminate()
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _stop(self) -> None:
        for process in self.running.values():
            with suppress(ProcessLookupError):
                process.terminate()
        for name in reversed(list(self.running)):
            self.stop(name)


def answers(url: str) -> bool:
    """Whether somebody answers there and is content."""
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310  # addresses of this machine that are made here
            return True
    except (urllib.error.URLError, OSError):
        return False
