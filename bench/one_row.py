"""The least a server can do for a scenario that has to be kept: store one number, then answer 204. It shows what going
to PostgreSQL and back costs on a machine; what the API needs beyond that is the API's.

Its own process: `DATABASE_URL=… python -m bench.one_row PORT`.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import hello_starlette
from core.settings import Settings
from db import Database, open_database, simulator


class State(TypedDict):
    db: Database


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[State]:
    async with open_database(Settings.read(), service="bench") as db:
        yield State(db=db)


async def one_row(request: Request[State]) -> Response:
    """Everything is fine, whatever was asked, once the number is stored."""
    await request.body()
    await simulator.record(request.state["db"], latest=len(request.url.path))
    return Response(status_code=204)


app = Starlette(routes=[Route("/{anything:path}", one_row, methods=["POST"])], lifespan=lifespan)

if __name__ == "__main__":
    hello_starlette.serve(app, int(sys.argv[1]))
