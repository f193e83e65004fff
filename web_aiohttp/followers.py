"""Who follows whom: following a user, following them no longer, and the lists of both sides."""

from collections.abc import Awaitable
from typing import Protocol

from aiohttp import web

from db import Database, followers
from db.rows import Person
from web_aiohttp import flash, links, session
from web_aiohttp.feed import before
from web_aiohttp.keys import DATABASE
from web_aiohttp.pages import page, redirect, sign_in_first
from web_aiohttp.people import ASKED, people


async def followers_of(request: web.Request) -> web.Response:
    """GET /{username}/followers: who follows a user."""
    return await _people(request, "followers", followers.followers)


async def followees_of(request: web.Request) -> web.Response:
    """GET /{username}/following: whom a user follows."""
    return await _people(request, "following", followers.followees)


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


class _List(Protocol):
    """`followers` or `followees` of `db.followers`."""

    def __call__(self, db: Database, *, username: str, before: int, limit: int) -> Awaitable[list[Person] | None]: ...


async def _people(request: web.Request, part: str, listed: _List) -> web.Response:
    """The page of a list, which is that part of a user's pages."""
    await session.viewer(request)
    username, until = request.match_info["username"], before(request)
    found = await listed(request.app[DATABASE], username=username, before=until, limit=ASKED)
    if found is None:
        raise web.HTTPNotFound
    path = links.profile(username)
    return page(request, f"{part}.html", username=username, path=path, people=people(found, f"{path}/{part}", until))


def _back(request: web.Request, whom: str, known: bool, code: str) -> web.Response:
    """To the page of a user who is known."""
    if not known:
        raise web.HTTPNotFound
    answer = redirect(links.profile(whom))
    flash.leave(request, answer, code, whom)
    return answer
