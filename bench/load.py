"""Reads one URL as fast as a server answers, with wrk, and reads wrk's report."""

import re
import shutil
import subprocess
from collections.abc import Mapping

CONNECTIONS = 16
"""Kept open and used all the time: more than the doors have connections to PostgreSQL."""


class NoLoad(Exception):
    """There is no wrk, or what it asked for was not answered as it should be; one sentence."""


def find_wrk() -> str:
    """Where wrk is. Raises `NoLoad`."""
    found = shutil.which("wrk")
    if found is None:
        raise NoLoad("The load generator wrk is missing: apt-get install wrk.")
    return found


def rate(url: str, headers: Mapping[str, str], seconds: float) -> float:
    """Answers a second. Raises `NoLoad` when one of them was an error."""
    given = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    # wrk takes whole seconds only.
    duration = f"{max(1, round(seconds))}s"
    command = [find_wrk(), "--threads", "1", "--connections", str(CONNECTIONS), "--duration", duration, *given, url]
    report = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 30).stdout
    for trouble in ("Non-2xx or 3xx responses", "Socket errors"):
        if found := re.search(rf"{trouble}: (.*)", report):
            raise NoLoad(f"{url} under load: {trouble}: {found[1]}.")
    found = re.search(r"Requests/sec:\s+([\d.]+)", report)
    if found is None or not float(found[1]):
        raise NoLoad(f"{url} under load: no answer at all.")
    return float(found[1])
