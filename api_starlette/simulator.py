"""The number of the simulator's latest call: any request may bring one, GET /latest tells it."""

import asyncio
import time

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_starlette import answers, parameters
from api_starlette.retry import once_more
from api_starlette.state import Request
from core import logs, metrics
from db import Database, QueryFailed, Unavailable, simulator


class Latest:
    """Middleware: stores `?latest=`, whatever becomes of the request; no answer leaves before it is stored.

    A write goes on meanwhile, on another connection: waiting for one after the other would cost the simulator a quarter
    more time. A read waits, because it may ask for this very number.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        number = parameters.latest(scope["query_string"]) if scope["type"] == "http" else None
        if number is None:
            await self.app(scope, receive, send)
            return
        metrics.simulator_called.set(time.time())
        storing = asyncio.create_task(store(scope["state"]["db"], number))

        async def send_when_stored(message: Message) -> None:
            await storing
            await send(message)

        try:
            if scope["method"] in {"GET", "HEAD"}:
                await storing
            await self.app(scope, receive, send_when_stored)
        finally:
            await storing


async def store(db: Database, number: int) -> None:
    """Stores the number. A failure is logged and no more: the request itself may go well, and the next call brings
    another number."""
    try:
        await once_more(lambda: simulator.record(db, latest=number))
    except (Unavailable, QueryFailed) as error:
        logs.event("The latest number was not stored", level="ERROR", exception=error)


async def latest(request: Request) -> Response:
    """GET /latest: the number stored last, -1 when there is none yet."""
    number = await simulator.latest(request.state["db"])
    return answers.json({"latest": -1 if number is None else number})
