"""Followers: GET and POST /fllws/{username}."""

from functools import partial

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api_starlette import answers, auth, bodies, latest, parameters
from api_starlette.retry import once_more
from api_starlette.state import Request
from db import followers


class Change(msgspec.Struct):
    """One of the two; `follow` wins over `unfollow`."""

    follow: str | None = None
    unfollow: str | None = None


async def following(request: Request) -> Response:
    """GET /fllws/{username}: whom the user follows."""
    username, limit = parameters.username(request), parameters.limit(request)
    names = await followers.following(request.state["db"], username=username, limit=limit)
    if names is None:
        raise HTTPException(404, "There is no such user")
    return answers.json({"follows": names})


async def change(request: Request) -> Response:
    """POST /fllws/{username}: the user follows someone, or no longer does; doing it twice changes nothing."""
    db, username = request.state["db"], parameters.username(request)
    auth.may_act(request.state["caller"], username)
    body = bodies.parsed(await request.body(), Change)
    number = latest.of(request)
    if body.follow is not None:
        known = await once_more(partial(followers.follow, db, who=username, whom=body.follow, latest=number))
    elif body.unfollow is not None:
        known = await once_more(partial(followers.unfollow, db, who=username, whom=body.unfollow, latest=number))
    else:
        raise HTTPException(400, 'You have to say whom to "follow" or "unfollow"')
    if not known:
        raise HTTPException(404, "There is no such user")
    return latest.done(request)
