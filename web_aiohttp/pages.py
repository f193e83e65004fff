"""Answers that a browser shows: a page made of a template, or the way to another page."""

from typing import Any

import aiohttp_jinja2
from aiohttp import web

from web_aiohttp import flash, session
from web_aiohttp.keys import VIEWER, WRITTEN


def page(request: web.Request, template: str, *, status: int = 200, **shown: Any) -> web.Response:
    """This template with what it shows; who is signed in, what they wrote and the sentence left for this page are
    added."""
    sentence = flash.sentence(request)
    shown |= {"sentence": sentence, "viewer": request.get(VIEWER), "stranger": session.is_stranger(request)}
    # `deep` is one of endlessly many, whose messages stand on others, too
    shown |= {"written": request.get(WRITTEN), "deep": "before" in request.query}
    answer = aiohttp_jinja2.render_template(template, request, shown, status=status)
    if sentence is not None:
        flash.said(request, answer)
    return answer


def redirect(path: str) -> web.Response:
    """Go there, with GET."""
    return web.Response(status=303, headers={"Location": path})


def sign_in_first(request: web.Request) -> web.Response:
    """What was asked for needs a signed-in user; what they wrote is handed back."""
    return page(request, "unauthorised.html", status=401)
