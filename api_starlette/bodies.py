"""The bodies of requests: read whole before anything is decided, and parsed as strictly as they are described."""

from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Shape = TypeVar("Shape", bound=msgspec.Struct)

LARGEST = 256 * 1024
"""Bytes. The longest message, every character of it escaped, is half of this."""

HEARD_OUT = 8 * 1024 * 1024
"""Bytes. So much of a body that is too large is read and thrown away: who is still speaking hears no answer."""


class Bodies:
    """Middleware: the application behind it finds the whole body in one piece. Raises 413 for one over `LARGEST`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        body = await whole(receive)

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)


async def whole(receive: Receive) -> bytes:
    """The body. Raises `ClientDisconnect` when the client leaves before its end."""
    parts, size, more = [], 0, True
    while more and size <= HEARD_OUT:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        more = message.get("more_body", False)
        size += len(message["body"])
        if size <= LARGEST:
            parts.append(message["body"])
    if size > LARGEST:
        raise HTTPException(413, f"The body is too large: it may have {LARGEST // 1024} KiB")
    return b"".join(parts)


def parsed(body: bytes, shape: type[Shape]) -> Shape:
    """The JSON object in this body. Raises 400 when it is none, or holds no text under a name of ours."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors, as is broken UTF-8
        names = ", ".join(f'"{name}"' for name in shape.__struct_fields__)
        raise HTTPException(400, f"The body has to be a JSON object in UTF-8, with text under {names}") from None
