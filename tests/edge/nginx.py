"""The real nginx on the templates of deploy/nginx, filled in as the official image's entrypoint does it."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.servers import free_port
from local.watch.proxy import FOLDER, command, defaults, render

DOMAIN = "minitwit.test"

ONE_WORKER = {"worker_processes auto": "worker_processes 1"}
"""Two would not know at the same moment what the name server says."""


@dataclass(frozen=True)
class Edge:
    """A running nginx and where it is reached."""

    http: int
    https: int
    status: int
    folder: Path

    @property
    def site(self) -> str:
        return f"https://{DOMAIN}:{self.https}"

    @property
    def api(self) -> str:
        return f"https://api.{DOMAIN}:{self.https}"

    @property
    def plain_api(self) -> str:
        return f"http://api.{DOMAIN}:{self.http}"

    @property
    def written(self) -> str:
        """All that it wrote: the lines of requests, and what it says of itself."""
        return (self.folder / "stdout").read_text("utf-8") + (self.folder / "stderr").read_text("utf-8")

    @property
    def requests(self) -> list[dict[str, Any]]:
        """One for each request that was answered."""
        return [json.loads(line) for line in (self.folder / "stdout").read_text("utf-8").splitlines()]

    def reload(self) -> None:
        """Read the configuration anew, as `nginx -s reload` says it."""
        os.kill(int((self.folder / "pid").read_text("utf-8")), signal.SIGHUP)

    async def line(self, request_id: str) -> dict[str, Any]:
        """The line of this request, which is written when the answer is gone."""
        for _ in range(200):
            for request in self.requests:
                if request["trace.id"] == request_id:
                    return request
            await asyncio.sleep(0.01)
        raise AssertionError(f"nginx wrote no line of {request_id}")

    async def lines(self, count: int) -> list[dict[str, Any]]:
        """All lines, when there are at least so many."""
        for _ in range(200):
            if len(self.requests) >= count:
                return self.requests
            await asyncio.sleep(0.01)
        raise AssertionError(f"nginx wrote {len(self.requests)} lines, not {count}")


@contextmanager
def nginx(folder: Path, values: Mapping[str, str], changes: Mapping[str, str] | None = None) -> Iterator[Edge]:
    """One on free ports of 127.0.0.1, with these values in the place of the defaults."""
    edge = Edge(free_port(), free_port(), free_port(), folder)
    listen = {f"LISTEN_{name.upper()}": f"127.0.0.1:{getattr(edge, name)}" for name in ("http", "https", "status")}
    pages = {"DOMAIN": DOMAIN, "PAGES": str(FOLDER / "pages")}
    render(folder, {**defaults(), **pages, **listen, **values}, {**ONE_WORKER, **(changes or {})})
    with (folder / "stdout").open("ab") as stdout, (folder / "stderr").open("ab") as stderr:
        process = subprocess.Popen(command(folder), stdout=stdout, stderr=stderr)
    try:
        _await(process, edge)
        yield edge
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _await(process: "subprocess.Popen[bytes]", edge: Edge) -> None:
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", edge.status), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"nginx did not start: {edge.written}")
