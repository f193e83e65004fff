"""Following a user, and following them no longer."""

from aiohttp import web

from db import followers
from web_aiohttp import flash, links, session
from web_aiohttp.keys import DATABASE
from web_aiohttp.pages import redirect, sign_in_first


async def follow(request: web.Request) -> web.Response:
    """/{username}/follow: the viewer follows this user from now on, or still does."""
    viewer = await session.viewer(request)
    if viewer is None:
        return sign_in_first(request)
    whom = request.match_info["username"]
    known = await followers.follow(request.app[DATABASE], who=viewer.username, whom=whom)
    return _back(request, whom, known, "followed")


async def unfollow(request: web.Request) -> web.Response:
    """/{username}/unfollow: the viewer follows this user no longer, or never did."""
    viewer = await session.viewer(request)
    if viewer is None:
        return sign_in_first(request)
    whom = request.match_info["username"]
    known = await followers.unfollow(request.app[DATABASE], who=viewer.username, whom=whom)
    return _back(request, whom, known, "unfollowed")


def _back(request: web.Request, whom: str, known: bool, code: str) -> web.Response:
    """To the page of a user who is known."""
    if not known:
        raise web.HTTPNotFound
    answer = redirect(links.profile(whom))
    flash.leave(request, answer, code, whom)
    return answer
