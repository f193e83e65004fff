"""The page of whoever is signed in: the form to write, and the timeline of those they follow."""

from aiohttp import web

from db import timelines
from db.rows import Viewer
from web_aiohttp.feed import ASKED, before, feed
from web_aiohttp.keys import DATABASE
from web_aiohttp.links import HOME
from web_aiohttp.pages import page


async def home(request: web.Request, viewer: Viewer, *, problem: str | None = None, text: str = "") -> web.Response:
    """Their page. With a problem, status 400, and the text still in the form."""
    until = before(request)
    messages = await timelines.followed(request.app[DATABASE], user_id=viewer.user_id, before=until, limit=ASKED)
    status = 400 if problem else 200
    return page(
        request, "home.html", status=status, feed=feed(request, messages, HOME, until), problem=problem, text=text
    )
