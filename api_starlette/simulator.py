"""The simulator: GET /latest tells how far it is. The numbers come in by `api_starlette.latest`."""

from starlette.responses import Response

from api_starlette import answers
from api_starlette.state import Request
from db import simulator


async def latest(request: Request) -> Response:
    """GET /latest: the number stored last, -1 when there is none yet."""
    number = await simulator.latest(request.state["db"])
    return answers.json({"latest": -1 if number is None else number})
