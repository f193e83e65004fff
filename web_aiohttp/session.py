"""Who is asking. The cookie holds a random token, PostgreSQL its SHA-256: signing out ends it on the server."""

import hashlib
import re
import secrets

from aiohttp import web

from core.settings import Settings
from db import sessions
from db.rows import Credentials, Viewer
from web_aiohttp.keys import DATABASE, SETTINGS, VIEWER

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_DAY = 24 * 60 * 60


def cookie_name(settings: Settings) -> str:
    """On https the prefix makes browsers refuse a cookie that a neighbouring host planted."""
    return "__Host-session" if settings.https else "session"


def token(request: web.Request) -> str | None:
    """The token of the cookie, or `None` when there is none or it cannot be one of ours."""
    found = request.cookies.get(cookie_name(request.app[SETTINGS]), "")
    return found if _TOKEN.fullmatch(found) else None


async def viewer(request: web.Request) -> Viewer | None:
    """Who is signed in. A visitor without a cookie costs no statement."""
    presented, found = token(request), None
    if presented is not None:
        found = await sessions.viewer(request.app[DATABASE], token_hash=_hash(presented))
    request[VIEWER] = found
    return found


def is_stranger(request: web.Request) -> bool:
    """Certainly not signed in: there is no cookie, or it was looked up in vain."""
    return request.get(VIEWER) is None and (VIEWER in request or token(request) is None)


async def open(request: web.Request, answer: web.Response, user: Credentials) -> None:  # noqa: A001 - read as session.open
    """Sign this user in: a new session, its token in the answer's cookie in the place of the one before."""
    settings, new, old = request.app[SETTINGS], secrets.token_urlsafe(32), token(request)
    days, old_hash = settings.session_days, _hash(old) if old else None
    await sessions.open(
        request.app[DATABASE], token_hash=_hash(new), user_id=user.user_id, days=days, old_token_hash=old_hash
    )
    answer.set_cookie(
        cookie_name(settings),
        new,
        max_age=days * _DAY,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=settings.https,
    )


async def close(request: web.Request, answer: web.Response) -> None:
    """Sign out, on the server and in the browser."""
    settings = request.app[SETTINGS]
    if (presented := token(request)) is not None:
        await sessions.close(request.app[DATABASE], token_hash=_hash(presented))
    answer.del_cookie(cookie_name(settings), path="/", httponly=True, samesite="Lax", secure=settings.https)


def _hash(presented: str) -> bytes:
    return hashlib.sha256(presented.encode()).digest()
