"""Somebody outside: a container of its own on the droplets' public network, whose names lead to the manager."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

    def open_ports(self, address: str) -> list[int]:
        """Every port of TCP that answers there."""
        return list(json.loads(self.run(sys.executable, "-m", "local.rehearse.ports", address, timeout=300)))

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

    def errors(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Those that the simulator would count as ours."""
        return [each for each in self.actions(since) if each["outcome"] not in (204,)]

    def acknowledged(self) -> set[str]:
        """The marks of the messages that were answered with 204."""
        return {each["mark"] for each in self.actions() if each["mark"] and each["outcome"] == 204}


def outside(docker: Docker, folder: Path, manager: str) -> Outside:
    """`folder` holds the simulator's password; `manager` is its address."""
    process = docker("inspect", "--format", "{{.State.Pid}}", "client")
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {socket.gethostname()}\n{manager} {' '.join(NAMES)}\n", "utf-8")
    return Outside(process, hosts)
