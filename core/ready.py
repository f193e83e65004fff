"""`python -m core.ready PORT MARK`: is the door in this container ready? Once it has been, the file MARK says so, and
from then on it only has to be alive: while a database is away, a door that is started again would be no better.

The health check asks every few seconds, so nothing is imported that takes time: http.client would double it.
"""

import os
import socket
import sys

PATIENCE = 2.0
"""Seconds for the door to take the connection, and as many to answer: it gives its own database less."""


def answer(port: int, path: str, patience: float = PATIENCE) -> str:
    """The status that this path answers with here, `200`. Raises `OSError` when nobody answers in time."""
    with socket.create_connection(("127.0.0.1", port), patience) as door:
        door.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode("ascii"))
        words = door.makefile("rb").readline(64).split()
    return words[1].decode("ascii", "replace") if len(words) > 1 else "nothing"


def main() -> int:
    """0 when it is as it should be, else 1. Docker keeps the sentence, for who inspects the container."""
    port, mark = int(sys.argv[1]), sys.argv[2]
    path = "/healthz" if os.path.exists(mark) else "/readyz"  # noqa: PTH110  # pathlib takes a while to import
    try:
        status = answer(port, path)
    except OSError as error:
        status = error.strerror or type(error).__name__
    sys.stdout.write(f"{path}: {status}\n")
    if status == "200":
        os.close(os.open(mark, os.O_CREAT))
    return 0 if status == "200" else 1


if __name__ == "__main__":
    sys.exit(main())
