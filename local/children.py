"""Processes that do not outlive the one that starts them, not even when that one is killed."""

import os

STILL_WANTED = '[ "$PPID" = "$0" ] || exit; exec "$@"'
"""The kernel only tells of deaths to come: whoever started this may be gone before setpriv has asked to be told."""


def bound(ending: str, *words: str) -> list[str]:
    """A command that gets this signal, say `TERM`, when the thread that started it ends: let the main thread do it."""
    return ["setpriv", "--pdeathsig", ending, "--", "sh", "-c", STILL_WANTED, str(os.getpid()), *words]
