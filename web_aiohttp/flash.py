"""A sentence for the next page, shown once. The cookie names one of these; it never carries words of its own."""

from urllib.parse import quote, unquote

from aiohttp import web

from web_aiohttp.keys import SETTINGS

COOKIE = "flash"

SENTENCES = {
    "registered": "You were successfully registered and can login now",
    "signed-in": "You were logged in",
    "signed-out": "You were logged out",
    "recorded": "Your message was recorded",
    "followed": 'You are now following "{name}"',
    "unfollowed": 'You are no longer following "{name}"',
}


def leave(request: web.Request, answer: web.Response, code: str, name: str = "") -> None:
    """The next page that this visitor sees will say the sentence of this code."""
    secure = request.app[SETTINGS].https
    value = f"{code}:{quote(name, safe='')}"
    answer.set_cookie(COOKIE, value, max_age=60, path="/", httponly=True, samesite="Lax", secure=secure)


def sentence(request: web.Request) -> str | None:
    """What the cookie stands for, or `None`. A code that is none of ours says nothing."""
    value = request.cookies.get(COOKIE, "")
    code, _, name = value.partition(":")
    words = SENTENCES.get(code) if value.isascii() else None  # of other bytes no page could be made
    return words.replace("{name}", unquote(name)) if words else None


def said(request: web.Request, answer: web.Response) -> None:
    """Take the cookie away, so that the sentence is shown once."""
    answer.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=request.app[SETTINGS].https)
