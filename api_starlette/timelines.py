"""Timelines: GET /msgs and GET /msgs/{username}, newest first."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api_starlette import answers, parameters
from api_starlette.state import Request
from db import timelines
from db.rows import Message


class Shown(msgspec.Struct):
    """A message as programs read it; `pub_date` is seconds since the epoch."""

    content: str
    pub_date: int
    user: str


async def public(request: Request) -> Response:
    """GET /msgs: messages of everyone."""
    found = await timelines.public(request.state["db"], limit=parameters.limit(request))
    return answers.json(shown(found))


async def by_author(request: Request) -> Response:
    """GET /msgs/{username}: messages of one user."""
    username, limit = parameters.username(request), parameters.limit(request)
    found = await timelines.by_author(request.state["db"], username=username, limit=limit)
    if found is None:
        raise HTTPException(404, "There is no such user")
    return answers.json(shown(found))


def shown(messages: list[Message]) -> list[Shown]:
    return [Shown(message.content, int(message.published_at.timestamp()), message.author) for message in messages]
