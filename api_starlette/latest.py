"""The number that a call may bring, `?latest=`: who stores it, and when."""

import re
import time

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_starlette import answers, parameters
from api_starlette.retry import once_more
from api_starlette.state import Request, State
from core import logs, metrics
from db import QueryFailed, Unavailable, simulator

_CARRIES = re.compile(r"/(msgs|fllws)/.")
"""What is posted there stores the number in its own statement: two would cost the simulator a seventh more time."""


class Latest:
    """Middleware: stores the number, whatever becomes of the call; no answer leaves before it is stored.

    It comes first: a read may ask for this very number. What a write that carries it has not stored, because it was
    refused, is stored at last; not when the database was away, which would be waited for a second time.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        number = parameters.latest(scope["query_string"]) if scope["type"] == "http" else None
        if number is None:
            await self.app(scope, receive, send)
            return
        metrics.simulator_called.set(time.time())
        state: State = scope["state"]
        state["latest"] = number
        if scope["method"] != "POST" or not _CARRIES.match(scope["path"]):
            await _store(state)

        async def send_when_stored(message: Message) -> None:
            await _store(state)
            await send(message)

        try:
            await self.app(scope, receive, send_when_stored)
        except Unavailable:
            state.pop("latest", None)
            raise
        finally:
            await _store(state)


def of(request: Request) -> int | None:
    """The number that came with this call and is not stored yet, for the statement that stores it."""
    state: State = request.scope["state"]
    return state.get("latest")


def done(request: Request) -> Response:
    """204 for a write whose statement has stored the number."""
    state: State = request.scope["state"]
    state.pop("latest", None)
    return answers.done()


async def _store(state: State) -> None:
    """Stores the number, unless that is done. A failure is logged and no more: the call itself may go well, and the
    next one brings another number."""
    number = state.pop("latest", None)
    if number is None:
        return
    try:
        await once_more(lambda: simulator.record(state["db"], latest=number))
    except (Unavailable, QueryFailed) as error:
        logs.event("The latest number was not stored", level="ERROR", exception=error)
