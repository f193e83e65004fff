"""What this package says to a person: news, and why something cannot run here."""

import sys
from contextlib import suppress


class CannotRun(Exception):
    """One sentence that a newcomer can act on. It is shown as it is; no traceback belongs to it."""


def say(words: str) -> None:
    """A line on the terminal, at once. A terminal that is gone must not keep the rest from stopping."""
    with suppress(OSError):
        print(words, flush=True)


def complain(words: str) -> None:
    with suppress(OSError):
        print(words, file=sys.stderr, flush=True)
