"""The two answers the API knows when all is well, JSON and 204, and the headers that every answer carries."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

NO_CONTENT = 204

_ENCODER = msgspec.json.Encoder()


class Answer(Response):
    """What no cache keeps, and no browser takes for something else than it says it is."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Writes them as they are sent: Starlette's own way looks for what is never there."""
        self.raw_headers = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
        if self.status_code != NO_CONTENT:
            self.raw_headers.append((b"content-length", str(len(self.body)).encode()))
        if self.media_type:
            self.raw_headers.append((b"content-type", self.media_type.encode()))
        if headers:
            self.raw_headers += [(name.encode(), value.encode()) for name, value in headers.items()]


def json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Dicts, lists and msgspec's structs as JSON."""
    return Answer(_ENCODER.encode(content), status, headers, media_type="application/json")


def done() -> Answer:
    """204: it is done, and there is nothing to say."""
    return Answer(status_code=NO_CONTENT)
