"""Users: POST /register, and POST /login, which tells a program whether its credentials are good."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api_starlette import answers, auth, bodies
from api_starlette.retry import once_more
from api_starlette.state import Request
from core import rules
from db import users


class Registration(msgspec.Struct):
    """What is missing is empty, and the rules say so in their words."""

    username: str = ""
    email: str = ""
    pwd: str = ""


async def register(request: Request) -> Response:
    """POST /register: a new user, or 400 with what is wrong. The unique name makes a second try harmless."""
    body = bodies.parsed(await request.body(), Registration)
    if problem := rules.registration_problem(body.username, body.email, body.pwd):
        raise HTTPException(400, problem)
    db, hashed = request.state["db"], await request.state["passwords"].hash(body.pwd)
    new = {"username": body.username, "email": body.email, "password_hash": hashed}
    if await once_more(lambda: users.register(db, **new)) is None:
        raise HTTPException(400, rules.USERNAME_TAKEN)
    return answers.done()


async def login(request: Request) -> Response:
    """POST /login: 204 when the credentials are good, else 403. Nothing is kept: every request signs itself."""
    await auth.sign_in(request.scope)
    return answers.done()
