"""Small real servers for the simulator to speak to: they answer badly on purpose, and remember what they heard."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Heard:
    """One request as it came: the connection's number is that of its client's port."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Small:
    """A server at `url` and what it heard."""

    url: str
    heard: list[Heard] = field(default_factory=list)


@contextmanager
def answering(*statuses: int, after: float = 0.0) -> Iterator[Small]:
    """A server whose answers have these statuses in turn, after so many seconds; 0 hangs up without one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = dict(self.headers.items())
            small.heard.append(Heard(self.command, self.path, headers, body, self.client_address[1]))
            time.sleep(after)
            status = statuses[(len(small.heard) - 1) % len(statuses)]
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *words: object) -> None:  # noqa: A002 - the name that http.server gives it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        small = Small(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield small
        finally:
            server.shutdown()
            thread.join()
