"""Only the site's own pages may change something for whoever is signed in: the rule that Go 1.25 and Rails 8 adopted.

No token in the forms: the browser itself says where a request comes from, and no page can forge that. On plain http it
says so with a POST only, so there a link on another site can follow, unfollow and sign out: docs/decisions/0006.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeAlias
from urllib.parse import urlsplit

from aiohttp import web

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


def same_origin(handler: Handler) -> Handler:
    """The handler, for requests of our own pages; 403 for those that another site's page caused."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        # a browser that only guesses where somebody will go asks as they would, and may not act for them
        if not is_same_origin(request) or "prefetch" in request.headers.get("Sec-Purpose", ""):
            raise web.HTTPForbidden
        return await handler(request)

    return guarded


def is_same_origin(request: web.Request) -> bool:
    """Does it come from a page of ours, from the address bar, or from a program that is no browser?

    Browsers send `Sec-Fetch-Site` to trustworthy origins only; on plain http there is `Origin`, and with POST always.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or _address(origin) == request.headers.get("Host", "").lower()


def _address(origin: str) -> str | None:
    """`host:port` of an origin; `None` for `null` and for what is no origin."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None
