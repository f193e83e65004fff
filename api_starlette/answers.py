"""The two answers the API knows when all is well, JSON and 204, and the headers that every answer carries."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

_ENCODER = msgspec.json.Encoder()


class Answer(Response):
    """What no cache keeps, and no browser takes for something else than it says it is."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        super().init_headers(headers)
        self.raw_headers += [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


def json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Dicts, lists and msgspec's structs as JSON."""
    return Answer(_ENCODER.encode(content), status, headers, media_type="application/json")


def done() -> Answer:
    """204: it is done, and there is nothing to say."""
    return Answer(status_code=204)
