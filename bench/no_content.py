"""The least a server can do for a scenario: read the request, answer 204. The API is measured against it.

Its own process: `python -m bench.no_content PORT`.
"""

import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import hello_starlette


async def no_content(request: Request) -> Response:
    """Everything is fine, whatever was asked. The body is read because the API has to read it, too."""
    await request.body()
    return Response(status_code=204)


app = Starlette(routes=[Route("/{anything:path}", no_content, methods=["POST"])])

if __name__ == "__main__":
    hello_starlette.serve(app, int(sys.argv[1]))
