"""Speaks to an API the way the public simulator does, down to the wire: one action after the other, a new
connection each, 0.3 seconds of patience. It looks at nothing but the status.
"""

import base64
import json
import time
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, quote, urlsplit

from bench.scenario import Action
from bench.tally import Tally

PATIENCE = 0.3
"""Seconds to connect, and again for each read."""

DELAY_UNITS = 100_000_000
"""Of a scenario's delays, one second."""

UNESCAPED = "!$&'()*+,;=:@~"
"""What the public simulator's HTTP library leaves as it is in a path, besides letters, digits and `_.-`."""


class Unreachable(Exception):
    """Nobody listens there, in one sentence."""


class Simulator:
    """A client of the API at `url`, with these credentials on every call, which waits for so many seconds at most.
    Raises `ValueError` for an unusable `url`."""

    def __init__(self, url: str, username: str, password: str, *, patience: float = PATIENCE) -> None:
        parts = _parts(url)
        self.patience = patience
        self.url = url
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port, self._prefix = parts.hostname or "", parts.port, parts.path.rstrip("/")
        pair = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
        self.headers = {
            "User-Agent": "minitwit-bench",
            "Accept-Encoding": "gzip, deflate",
            "Accept": "*/*",
            "Connection": "close",
            "Content-Type": "application/json",
            "Authorization": f"Basic {pair}",
        }

    def reach(self) -> None:
        """Connect once and say nothing. Raises `Unreachable`."""
        connection = self._kind(self._host, self._port, timeout=self.patience)
        try:
            connection.connect()
        except OSError as error:
            raise Unreachable(f"Nobody answers at {self.url}: {error.strerror or error}.") from None
        finally:
            connection.close()

    def status(self, action: Action) -> int:
        """The status that the API answers. Raises `OSError` or `HTTPException` when no answer comes, or half of one."""
        connection = self._kind(self._host, self._port, timeout=self.patience)
        try:
            target = f"{self._prefix}{path(action)}?latest={action.id}"
            connection.request("POST", target, json.dumps(body(action)), self.headers)
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()

    def play(
        self, actions: Iterable[Action], *, delays: bool = True, progress: Callable[[Tally], None] = lambda _: None
    ) -> Tally:
        """Do all of it, resting as the scenario says. `progress` hears of every action; Ctrl-C ends it early."""
        tally, started = Tally(), time.perf_counter()
        try:
            for action in actions:
                self.do(action, tally)
                tally.seconds = time.perf_counter() - started
                progress(tally)
                if delays and action.delay:
                    time.sleep(action.delay / DELAY_UNITS)
        except KeyboardInterrupt:
            tally.interrupted = True
        tally.seconds = time.perf_counter() - started
        return tally

    def do(self, action: Action, tally: Tally) -> None:
        """One action, counted."""
        started = time.perf_counter()
        try:
            status = self.status(action)
        except TimeoutError:
            tally.failed(action, f"no answer in {self.patience} s", time.perf_counter() - started)
        except (OSError, HTTPException) as error:
            tally.failed(action, type(error).__name__, time.perf_counter() - started)
        else:
            tally.answered(action, status, time.perf_counter() - started)


def _parts(url: str) -> SplitResult:
    """The parts of an address that can be connected to."""
    try:
        parts = urlsplit(url)
        # Asking for the port is what finds one that is none.
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"{url!r} is not an address like http://localhost:8001.")
    return parts


def path(action: Action) -> str:
    """Where this action is posted. `/`, `?`, `#` and `%` in a name are escaped, so that it arrives whole."""
    if action.command == "register":
        return "/register"
    return f"/{'msgs' if action.command == 'tweet' else 'fllws'}/{quote(action.user, safe=UNESCAPED)}"


def body(action: Action) -> dict[str, str]:
    """What this action posts."""
    if action.command == "register":
        email, password = action.args
        return {"username": action.user, "email": email, "pwd": password}
    return {"content" if action.command == "tweet" else action.command: action.args[0]}
