"""The least that the API's framework can do: one route that answers "hello", served as the API is served.

Its own process: `python -m bench.hello_starlette PORT`.
"""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def hello(request: Request) -> Response:
    """The same answer to everybody."""
    return PlainTextResponse("hello")


app = Starlette(routes=[Route("/", hello)])


def serve(app: Starlette, port: int) -> None:
    """Answer on this port of the loopback address until a signal ends it."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
    )


if __name__ == "__main__":
    serve(app, int(sys.argv[1]))
