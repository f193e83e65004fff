"""Puts the site together: observation, errors, database, templates, routes."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from core import machine
from core.passwords import Passwords
from core.settings import Settings
from db import check, open_database, planning
from db.numbers import Numbers
from db.reload import reloading
from web_aiohttp import assets, errors, feed, headers, links, observe, users
from web_aiohttp.keys import DATABASE, NUMBERS, PASSWORDS, RELOAD, SETTINGS
from web_aiohttp.routes import ROUTES
from web_aiohttp.together import Together

LARGEST_FORM = 256 * 1024
"""Bytes that a request may hold: twice the longest message, were it all emoji: a form sends twelve bytes for each."""

# aiohttp-jinja2 1.6 uses a plain string here, of which aiohttp 3.14 warns
aiohttp_jinja2.REQUEST_CONTEXT_KEY = web.RequestKey("jinja_context", dict)  # type: ignore[assignment, misc]  # declared a Final str


def create_app(settings: Settings) -> web.Application:
    """The site with these settings. Starting it raises `NotReady` when the database cannot serve it."""
    app = web.Application(middlewares=[observe.middleware, errors.middleware], client_max_size=LARGEST_FORM)
    app[SETTINGS] = settings
    app[assets.ASSETS] = assets.read()
    app[feed.PUBLIC] = Together()
    app.on_response_prepare.append(headers.protect)
    app.cleanup_ctx.append(database)
    app.cleanup_ctx.append(passwords)
    app.cleanup_ctx.append(observed)
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        filters={"profile": links.profile, "avatar": links.avatar},
        default_helpers=False,
    ).globals["static"] = {name: asset.url for name, asset in app[assets.ASSETS].items()}
    app.add_routes(ROUTES)
    return app


async def database(app: web.Application) -> AsyncIterator[None]:
    """Open for as long as the site runs, and known to fit, with the queries that are in force then."""
    async with open_database(app[SETTINGS], service="web") as opened:
        await check.fit(opened)
        await planning.warn(opened)
        app[DATABASE], app[NUMBERS] = opened, Numbers(opened)
        async with reloading(opened, app[SETTINGS]) as app[RELOAD]:
            yield


async def observed(app: web.Application) -> AsyncIterator[None]:
    """Prometheus learns what runs, and that its loop does."""
    users.begin_to_count()
    async with machine.watched("web", app[SETTINGS].revision):
        yield


async def passwords(app: web.Application) -> AsyncIterator[None]:
    """Hashed in threads for as long as the site runs."""
    app[PASSWORDS] = Passwords(app[SETTINGS].password_threads)
    yield
    app[PASSWORDS].close()
