"""A run of everything as a newcomer starts it: a process, its words, its parts, its end."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from local.programs import Programs

CHECKOUT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "local")
NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--", "env")
"""Through `env`: the first program that setpriv starts is still found with the reach of root."""

PARTS = {"site": "-m web_aiohttp", "API": "-m api_starlette", "database": "/postgres -D"}
"""What a run starts, as it calls it, and by what its command line is known."""

PACKAGES = ("core", "db", "local", "web_aiohttp", "api_starlette")


class Run:
    """One run on this data folder, at two free ports of its own. Everything it says ends in `said`."""

    def __init__(
        self,
        data: Path,
        programs: Programs,
        environment: Mapping[str, str] | None = None,
        *,
        command: tuple[str, ...] = COMMAND,
        checkout: Path = CHECKOUT,
    ) -> None:
        self.data = data
        self.web_port, self.api_port = free_ports()
        self.output = data.parent / f"{data.name}-said-{self.web_port}"
        self.began = time.monotonic()
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=checkout,
                stdout=output,
                stderr=output,
                env={
                    "PATH": os.environ["PATH"],
                    "PGBIN": str(programs.folder),
                    "DATA_DIR": str(data),
                    "WEB_PORT": str(self.web_port),
                    "API_PORT": str(self.api_port),
                    **(environment or {}),
                },
            )

    @property
    def said(self) -> str:
        return self.output.read_text("utf-8")

    def up(self) -> "Run":
        """The same run, once it has said that it runs."""
        while "MiniTwit is running." not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < self.began + 60, self.said
            time.sleep(0.02)
        return self

    def part(self, words: str) -> psutil.Process:
        """The part whose command line holds these words, waited for while it starts."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for child in psutil.Process(self.process.pid).children(recursive=True):
                try:
                    if words in " ".join(child.cmdline()):
                        return child
                except psutil.NoSuchProcess:
                    continue
            time.sleep(0.002)
        raise AssertionError(f"{words} never ran: {self.said}")

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """The exit code after this signal, which has to come within the 10 seconds that were promised."""
        self.process.send_signal(by)
        return self.process.wait(10)

    def ended(self) -> int:
        """The exit code of a run that ends by itself."""
        return self.process.wait(60)

    def register(self, name: str) -> int:
        """What the API answers when someone registers: 204, and 400 for a name that is taken."""
        body = f'{{"username": "{name}", "email": "{name}@example.org", "pwd": "secret"}}'.encode()
        request = b"POST /register HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        with socket.create_connection(("127.0.0.1", self.api_port), timeout=10) as connection:
            connection.sendall(request + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            answer = re.match(rb"HTTP/1\.[01] (\d+)", connection.recv(4096))
        assert answer, "the API gave no answer"
        return int(answer[1])


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def family(run: Run) -> list[psutil.Process]:
    """Every process of a run, itself first."""
    itself = psutil.Process(run.process.pid)
    return [itself, *itself.children(recursive=True)]


def runs_again(data: Path, programs: Programs) -> None:
    """Another run goes on with this data, in which Anna is registered."""
    again = Run(data, programs).up()
    assert again.register("Anna") == 400, "she is there"
    assert again.stop() == 0
