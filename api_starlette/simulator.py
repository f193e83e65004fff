"""The number of the simulator's latest call: any request may bring one, GET /latest tells it."""

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api_starlette import answers, parameters
from api_starlette.retry import once_more
from api_starlette.state import Request
from db import Database, simulator


class Latest:
    """Middleware: stores `?latest=` before the request itself is looked at, even when it is going to be refused."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        number = parameters.latest(scope["query_string"]) if scope["type"] == "http" else None
        if number is not None:
            db: Database = scope["state"]["db"]
            await once_more(lambda: simulator.record(db, latest=number))
        await self.app(scope, receive, send)


async def latest(request: Request) -> Response:
    """GET /latest: the number stored last, -1 when there is none yet."""
    number = await simulator.latest(request.state["db"])
    return answers.json({"latest": -1 if number is None else number})
