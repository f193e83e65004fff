"""The health check of a door's container: good when the door is ready, and only then."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from core import ready

Check = Callable[[int], tuple[int, str]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """The check of one container: its exit code, and what Docker keeps of it."""
    return lambda port: run(port, tmp_path / "ready")


def run(port: int, mark: Path) -> tuple[int, str]:
    words = [sys.executable, "-ESs", "-m", "core.ready", str(port), str(mark)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=10)
    assert done.stderr == ""
    return done.returncode, done.stdout


@contextmanager
def door(status: int, alive: int = 404) -> Iterator[int]:
    """Answers to `/readyz` with this status, to `/healthz` with that one, to everything else with 404."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response({"/readyz": status, "/healthz": alive}.get(self.path, 404))
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (404, 1), (302, 1)])
def test_a_door_is_healthy_when_it_says_that_it_is_ready(check: Check, status: int, code: int) -> None:
    with door(status) as port:
        assert check(port) == (code, f"/readyz: {status}\n")


def test_one_that_was_ready_has_to_be_alive_and_no_more(check: Check) -> None:
    with door(503, alive=200) as port:
        assert check(port) == (1, "/readyz: 503\n"), "it never was ready"
    with door(200) as port:
        assert check(port) == (0, "/readyz: 200\n")
    with door(503, alive=200) as port:
        assert check(port) == (0, "/healthz: 200\n"), "its database is away: another one would have none either"
    with door(200, alive=500) as port:
        assert check(port) == (1, "/healthz: 500\n")


def test_a_door_that_hangs_is_not_and_the_check_does_not_hang_with_it(check: Check) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        assert check(silent.getsockname()[1]) == (1, "/readyz: TimeoutError\n")
        assert ready.PATIENCE <= time.monotonic() - began < ready.PATIENCE + 1


def test_where_nobody_listens_nothing_is_ready(check: Check) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert check(port) == (1, "/readyz: Connection refused\n")


def test_a_door_that_hangs_up_is_not_ready(check: Check) -> None:
    def hang_up() -> None:
        rude.accept()[0].close()

    with socket.create_server(("127.0.0.1", 0)) as rude:
        Thread(target=hang_up, daemon=True).start()
        code, _ = check(rude.getsockname()[1])
    assert code == 1
