"""Messages: POST /msgs/{username}."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api_starlette import auth, bodies, latest, parameters
from api_starlette.state import Request
from core import rules
from db import messages


class Writing(msgspec.Struct):
    """What is missing is empty, and the rules say so in their words."""

    content: str = ""


async def post(request: Request) -> Response:
    """POST /msgs/{username}: the user writes a message."""
    username = parameters.username(request)
    auth.may_act(request.state["caller"], username)
    body = bodies.parsed(await request.body(), Writing)
    if problem := rules.message_problem(body.content):
        raise HTTPException(400, problem)
    db, number = request.state["db"], latest.of(request)
    if await messages.post(db, username=username, content=body.content, latest=number) is None:
        raise HTTPException(404, "There is no such user")
    return latest.done(request)
