"""Writing a message."""

from aiohttp import web

from core import rules
from db import messages
from web_aiohttp import flash, forms, links, session
from web_aiohttp.home import home
from web_aiohttp.keys import DATABASE, WRITTEN
from web_aiohttp.pages import redirect, sign_in_first


async def add(request: web.Request) -> web.Response:
    """POST /add_message: the field `text`."""
    [text] = await forms.texts(request, "text")
    request[WRITTEN] = text
    viewer = await session.viewer(request)
    if viewer is None:
        return sign_in_first(request)
    if problem := rules.message_problem(text):
        return await home(request, viewer, problem=problem, text=text)
    await messages.post(request.app[DATABASE], username=viewer.username, content=text)
    answer = redirect(links.HOME)
    flash.leave(request, answer, "recorded")
    return answer
