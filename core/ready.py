"""`python -m core.ready PORT`: is the door in this container ready? Its health check asks every few seconds, so nothing
is imported that takes time: http.client would double it."""

import socket
import sys

PATIENCE = 2.0
"""Seconds for the door to take the connection, and as many to answer: it gives its own database less."""


def answer(port: int, patience: float = PATIENCE) -> str:
    """The status that `/readyz` answers with here, `200`. Raises `OSError` when nobody answers in time."""
    with socket.create_connection(("127.0.0.1", port), patience) as door:
        door.sendall(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        words = door.makefile("rb").readline(64).split()
    return words[1].decode("ascii", "replace") if len(words) > 1 else "nothing"


def main() -> int:
    """0 when it is ready, else 1. Docker keeps the sentence, for who inspects the container."""
    try:
        status = answer(int(sys.argv[1]))
    except OSError as error:
        status = error.strerror or type(error).__name__
    sys.stdout.write(f"/readyz: {status}\n")
    return 0 if status == "200" else 1


if __name__ == "__main__":
    sys.exit(main())
