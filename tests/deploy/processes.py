"""Processes of the tests, and waiting for what they do."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg


@dataclass
class Running:
    """A word of the image at work, and what it says."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8")

    def stop(self, how: int = signal.SIGINT) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(20)


def answers(ask: Callable[[], str]) -> str | None:
    """None when nobody answers."""
    try:
        return ask()
    except psycopg.OperationalError:
        return None


def until(what: Callable[[], object], seconds: float = 90) -> float:
    """Wait until it is so; the seconds that it took. Some seconds, but for the rehearsal that may run beside it."""
    begun = time.monotonic()
    while not what():
        if time.monotonic() > begun + seconds:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.2)  # a question is a connection with a password, which costs what others need
    return time.monotonic() - begun
