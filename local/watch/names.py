"""A name server of our own, as Docker's is for a swarm: it says which replicas a name has right now."""

import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, UDPServer

FOUND, NO_SUCH_NAME = 0x8180, 0x8183
"""The flags of an answer (RFC 1035, section 4.1.1)."""


class Names(UDPServer):
    """`addresses["tasks.web"]` are the IPv4 addresses of the site's replicas; a name without any does not exist.
    `answered` counts the answers by name. It has a thread of its own: nginx asks while a test waits for nginx."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Question)
        self.addresses: dict[str, list[str]] = {}
        self.answered = Counter[str]()
        self.silent = False

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def await_answers(self, *names: str, after: Counter[str] | None = None) -> None:
        """Until somebody has heard about each of these: anew, or anew after `answered` was this."""
        before = self.answered.copy() if after is None else after
        deadline = time.monotonic() + 5
        while any(self.answered[name] <= before[name] for name in names):
            if time.monotonic() > deadline:
                raise TimeoutError(f"nobody asks for {', '.join(names)}")
            time.sleep(0.005)


class Question(BaseRequestHandler):
    server: Names
    request: tuple[bytes, socket.socket]

    def handle(self) -> None:
        asked, answers = self.request
        labels, at = [], 12
        while length := asked[at]:
            labels.append(asked[at + 1 : at + 1 + length].decode())
            at += 1 + length
        name = ".".join(labels)
        if self.server.silent:
            return
        known = self.server.addresses.get(name, [])
        question = asked[12 : at + 5]  # the name, its end, type and class
        head = struct.pack("!2s5H", asked[:2], FOUND if known else NO_SUCH_NAME, 1, len(known), 0, 0)
        # the name by a pointer to the question, type A, class IN, ten minutes: nginx has to know better
        records = [struct.pack("!3HIH4s", 0xC00C, 1, 1, 600, 4, socket.inet_aton(address)) for address in known]
        answers.sendto(head + question + b"".join(records), self.client_address)
        self.server.answered[name] += 1


@contextmanager
def name_server(port: int = 0) -> Iterator[Names]:
    """One on 127.0.0.1, at a free port unless one is given."""
    with Names(port) as names:
        thread = threading.Thread(target=names.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield names
        finally:
            names.shutdown()
            thread.join()
