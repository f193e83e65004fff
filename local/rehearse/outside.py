"""Somebody outside: a container of its own on the droplets' public network, whose names lead to the manager."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from bench import simulator
from local.children import bound
from local.rehearse.engine import Docker, run
from local.rehearse.machines import DOMAIN, ROOT

NAMES = (DOMAIN, *(f"{name}.{DOMAIN}" for name in ("api", "grafana", "kibana")))

WITH_NAMES = 'mount --bind "$0" /etc/hosts && exec "$@"'
"""In a mount namespace: this machine's own file stays as it is."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Runs this machine's programs there. `hosts` is the file with the names."""

    process: str
    hosts: Path

    def lead_to(self, address: str) -> None:
        """From now on the names of the site lead there."""
        lines = f"127.0.0.1 localhost {socket.gethostname()}\n{address} {' '.join(NAMES)}\n"
        self.hosts.write_text(lines, "utf-8")

    def command(self, *words: str) -> list[str]:
        entered = ["nsenter", f"--net=/proc/{self.process}/ns/net", "unshare", "--mount"]
        return [*entered, "sh", "-c", WITH_NAMES, str(self.hosts), *words]

    def run(self, *words: str, timeout: float = 120) -> str:
        return run("env", f"--chdir={ROOT}", *self.command(*words), timeout=timeout)

    def ask(self, url: str, *options: str) -> tuple[int, str]:
        """The status, and the body, as curl gets them; 0 when there is no answer."""
        said = self.run("curl", "--silent", "--max-time", "10", "--write-out", "\n%{http_code}", *options, url)
        body, _, status = said.rpartition("\n")
        return int(status), body

    def open_ports(self, *addresses: str) -> list[list[int]]:
        """Every port of TCP that answers at each of them, as nmap finds them."""
        words = ("-n", "-Pn", "-sS", "-p-", "--open", "--min-rate=12000", "--max-retries=1", "--max-rtt-timeout=200ms")
        said = self.run("nmap", *words, "-oG", "-", *addresses, timeout=400)
        found = {line.split()[1]: re.findall(r"(\d+)/open/tcp", line) for line in said.splitlines() if "/open/" in line}
        return [[int(port) for port in found.get(address, [])] for address in addresses]

    @contextmanager
    def playing(self, folder: Path, seed: int, pause: float = 0.02) -> Iterator["Played"]:
        """Players of the simulator, until the block ends."""
        folder.mkdir()
        words = ["--api", f"http://api.{DOMAIN}", "--password-file", str(self.hosts.with_name("simulator"))]
        program = [sys.executable, "-m", "local.rehearse.load", str(folder), "--seed", str(seed), "--pause", str(pause)]
        with (folder / "said").open("wb") as said:
            process = subprocess.Popen(
                bound("TERM", *self.command(*program, *words)),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        try:
            yield Played(folder / "played")
        finally:
            (folder / "stop").touch()
            process.wait(30)


@dataclass(frozen=True, slots=True)
class Played:
    """What became of the players' actions."""

    path: Path

    def actions(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Those that began since then, in seconds of the epoch."""
        if not self.path.exists():
            return []
        lines = self.path.read_text("utf-8").splitlines()
        return [action for line in lines if (action := json.loads(line))["at"] >= since]

    def failed(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Those that got another answer than 204, or none."""
        return [each for each in self.actions(since) if each["outcome"] != HTTPStatus.NO_CONTENT]

    def late(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Those that were done, but later than the simulator waits."""
        return [
            each
            for each in self.actions(since)
            if each["outcome"] == HTTPStatus.NO_CONTENT and each["seconds"] > simulator.PATIENCE
        ]

    def acknowledged(self) -> set[str]:
        """The marks of the messages that were answered with 204."""
        return {each["mark"] for each in self.actions() if each["mark"] and each["outcome"] == HTTPStatus.NO_CONTENT}


def outside(docker: Docker, folder: Path) -> Outside:
    """`folder` holds the simulator's password."""
    return Outside(docker("inspect", "--format", "{{.State.Pid}}", "client"), folder / "hosts")
