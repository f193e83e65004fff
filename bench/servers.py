"""Starts a server in a process of its own, pinned to one core, and stops it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

from core.settings import Settings, child_environment
from local.children import bound

PATIENCE = 20.0
"""Seconds a server has to start in, and again to stop in."""

DEFAULTS = Settings()
"""What the doors here run with, whatever the environment says."""


class DidNotStart(Exception):
    """A server ended, or did not answer in time; its last words."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server on the loopback address."""

    name: str
    port: int
    process: psutil.Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> float:
        """What it holds of the machine's memory, in MB: its resident set."""
        return float(self.process.memory_info().rss) / 1e6


@dataclass(frozen=True, slots=True)
class Cores:
    """Which core the servers run on, and which one the clients: the simulator and wrk."""

    servers: int
    clients: int


def share_out() -> Cores:
    """Pin this process, and with it all that it starts, to the clients' core. One core alone is both."""
    available = sorted(os.sched_getaffinity(0))
    cores = Cores(available[0], available[-1])
    os.sched_setaffinity(0, {cores.clients})
    return cores


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def hello(module: str, cores: Cores, log: Path, **environment: str) -> Iterator[Server]:
    """One of the servers of this folder."""
    port = free_port()
    with _running(module, port, cores, log, arguments=[str(port)], environment={**environment}, path="/") as server:
        yield server


@contextmanager
def door(module: str, database_url: str, cores: Cores | None, log: Path) -> Iterator[Server]:
    """The site or the API, with the settings a laptop has, on this database, free to use every core without
    `cores`. Its log lines go to `log` as JSON."""
    port = free_port()
    settings: dict[str, str | None] = {setting.name.upper(): None for setting in fields(Settings)}
    settings |= {"DATABASE_URL": database_url, "WEB_PORT": str(port), "API_PORT": str(port), "LOG_FORMAT": "json"}
    with _running(module, port, cores, log, arguments=[], environment=settings, path="/readyz") as server:
        yield server


@contextmanager
def _running(
    module: str,
    port: int,
    cores: Cores | None,
    log: Path,
    *,
    arguments: list[str],
    environment: dict[str, str | None],
    path: str,
) -> Iterator[Server]:
    pinned = ["taskset", "--cpu-list", str(cores.servers)] if cores else []
    with log.open("wb") as output:
        process = subprocess.Popen(
            bound("TERM", *pinned, sys.executable, "-m", module, *arguments),
            env=child_environment(**environment),
            start_new_session=True,  # a terminal that is closed says SIGHUP, which the doors take for another wish
            stdout=output,
            stderr=output,
        )
    try:
        _await(process, module, port, path, log)
        yield Server(module, port, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: "subprocess.Popen[bytes]", module: str, port: int, path: str, log: Path) -> None:
    """Until it answers. Raises `DidNotStart`."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=1.0)
        try:
            connection.request("GET", path)
            if connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR:
                return
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    last = log.read_text("utf-8", "replace").splitlines()[-1:] or ["it said nothing"]
    raise DidNotStart(f"{module} did not start: {last[0]}")
