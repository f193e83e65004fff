"""Failures as pages: a plain sentence, and the id under which the log knows more. No word of an exception gets out."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from core import logs
from db import Unavailable, Unstorable
from web_aiohttp.keys import REQUEST_ID
from web_aiohttp.observe import CLIENT_LEFT
from web_aiohttp.pages import page

WORDS = {
    400: ("That did not arrive well", "We could not make sense of what was sent. Please go back and try again."),
    403: (
        "That came from elsewhere",
        "The request came from another site, so nothing was changed. If it was you, please use the buttons here.",
    ),
    404: ("Nothing here", "There is no page and no person by this name."),
    405: ("Not this way", "This page exists, but it cannot be asked for in this way."),
    413: ("Too much at once", "What was sent is larger than the 256 KiB that fit in one request. Nothing was saved."),
    500: ("Our mistake", "Something went wrong on our side. It has been noted, and trying again may help."),
    503: ("One moment, please", "MiniTwit cannot reach its memory right now. Please try again in a few seconds."),
}
"""A heading and a sentence by status."""

UNSTORABLE = ("That cannot be stored", "The text holds a character that cannot be stored.")

PATIENCE = {"Retry-After": "5"}


@web.middleware
async def middleware(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A page in the place of every exception."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        return _page(request, refusal.status, headers=_kept(refusal))
    except ConnectionError:
        return web.Response(status=CLIENT_LEFT)  # in the middle of its request: nobody reads this
    except Unstorable:
        return _page(request, 400, UNSTORABLE)
    except Unavailable as failure:
        logs.event("The database is unavailable", level="ERROR", exception=failure)
        return _page(request, 503, headers=PATIENCE)
    except Exception as failure:
        logs.event("A request failed", level="ERROR", exception=failure)
        return _page(request, 500)


def _page(
    request: web.Request, status: int, words: tuple[str, str] | None = None, headers: dict[str, str] | None = None
) -> web.Response:
    title, sentence = words or WORDS.get(status) or WORDS[400 if status < 500 else 500]
    told = {"title": title, "explanation": sentence, "request_id": request[REQUEST_ID]}
    answer = page(request, "error.html", status=status, **told)
    answer.headers.update(headers or {})
    return answer


def _kept(refusal: web.HTTPException) -> dict[str, str]:
    """Of aiohttp's own answer only what a 405 owes its reader: the methods that work."""
    return {"Allow": refusal.headers["Allow"]} if "Allow" in refusal.headers else {}
