"""The pages that show messages: everyone's, one's own, one user's."""

from aiohttp import web

from db import timelines, users
from web_aiohttp import links, session
from web_aiohttp.feed import ASKED, PUBLIC, Feed, before, feed
from web_aiohttp.home import home as home_page
from web_aiohttp.keys import DATABASE
from web_aiohttp.pages import page, redirect


async def home(request: web.Request) -> web.Response:
    """GET /: the timeline of those the viewer follows; strangers are shown everyone's."""
    viewer = await session.viewer(request)
    if viewer is None:
        return redirect(links.PUBLIC)
    return await home_page(request, viewer)


async def public(request: web.Request) -> web.Response:
    """GET /public: everyone's messages."""
    await session.viewer(request)
    until = before(request)

    async def find() -> Feed:
        messages = await timelines.public(request.app[DATABASE], before=until, limit=ASKED)
        return feed(request, messages, links.PUBLIC, until)

    return page(request, "public.html", feed=await request.app[PUBLIC].ask(until, find))


async def profile(request: web.Request) -> web.Response:
    """GET /{username}: a user, their numbers, their messages."""
    viewer = await session.viewer(request)
    database, username, until = request.app[DATABASE], request.match_info["username"], before(request)
    user = await users.profile(database, username=username, viewer_id=viewer.user_id if viewer else None)
    if user is None:
        raise web.HTTPNotFound
    messages = await timelines.by_author(database, username=username, before=until, limit=ASKED)
    path = links.profile(username)
    return page(request, "profile.html", user=user, path=path, feed=feed(request, messages or [], path, until))
