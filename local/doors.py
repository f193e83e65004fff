"""The two doors as processes: their addresses, their start, whether they answer, their stop."""

import errno
import http.client
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

from core.settings import Settings
from local.children import bound
from local.words import CannotRun

EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - they are recognised, not chosen
"""What means every address of this machine to a listener, and how the listener is reached then."""


@dataclass(frozen=True, slots=True)
class Door:
    """What a person calls it, the package that is it, its role in the database, and where it listens."""

    name: str
    package: str
    role: str
    variable: str
    host: str
    port: int

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        host = "localhost" if self.host in {"127.0.0.1", "::1", *EVERYWHERE} else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def check(self, patience: float) -> None:
        """Raise `CannotRun` when its port stays taken for `patience` seconds."""
        deadline = time.monotonic() + patience
        while problem := self._taken():
            if problem != errno.EADDRINUSE:
                raise CannotRun(f"The {self.name} cannot listen on {self.host} port {self.port}: {_words(problem)}.")
            if time.monotonic() > deadline:
                raise CannotRun(
                    f"Port {self.port}, meant for the {self.name}, is in use: stop the program that listens there, "
                    f"or choose another port with {self.variable}."
                )
            time.sleep(0.1)

    def _taken(self) -> int:
        """Why its port cannot be listened on, an errno; 0 when it can."""
        try:
            family, kind, _, _, address = socket.getaddrinfo(
                self.host or None, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(address)
                listener.listen(1)
        except socket.gaierror:
            return errno.EADDRNOTAVAIL
        except OSError as error:
            return error.errno or errno.EIO
        return 0

    def start(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        """It stops by itself when the process that started it ends, even by SIGKILL. Ctrl-C does not reach it, so that
        it is stopped in order."""
        return subprocess.Popen(
            bound("TERM", sys.executable, "-m", self.package),
            env=environment,
            start_new_session=True,
        )

    def ready(self) -> bool:
        """Whether it answers, its database included."""
        host = EVERYWHERE.get(self.host, self.host)
        connection = http.client.HTTPConnection(host, self.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def both(settings: Settings) -> tuple[Door, Door]:
    """The site and the API. Raises `CannotRun` when they are given the same port."""
    if settings.web_port == settings.api_port:
        raise CannotRun(f"WEB_PORT and API_PORT are both {settings.web_port}: each needs a port of its own.")
    return (
        Door("site", "web_aiohttp", "minitwit_site", "WEB_PORT", settings.host, settings.web_port),
        Door("API", "api_starlette", "minitwit_api", "API_PORT", settings.host, settings.api_port),
    )


def stop(processes: list[subprocess.Popen[bytes]], patience: float) -> None:
    """End them together: politely, and after `patience` seconds for all of them, by SIGKILL."""
    deadline = time.monotonic() + patience
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(max(deadline - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _words(problem: int) -> str:
    return {
        errno.EACCES: "this user may not use a port that low",
        errno.EADDRNOTAVAIL: "this machine has no such address (HOST)",
    }.get(problem, errno.errorcode.get(problem, "the system refuses"))
