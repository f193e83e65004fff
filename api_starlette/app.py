"""Puts the API together, from the outermost layer inwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from api_starlette import errors
from api_starlette.auth import Doorkeeper, Guard
from api_starlette.bodies import Bodies
from api_starlette.errors import Errors
from api_starlette.latest import Latest
from api_starlette.observe import Observation
from api_starlette.routes import ROUTES
from api_starlette.state import State
from core import machine
from core.passwords import Passwords
from core.settings import Settings
from db import check, open_database, planning
from db.numbers import Numbers
from db.reload import reloading


def create_app(settings: Settings) -> Starlette:
    """The API with these settings. Its start raises `NotReady` when the database does not fit."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[State]:
        async with open_database(settings, service="api") as db:
            await check.fit(db)
            await planning.warn(db)
            passwords = Passwords(settings.password_threads)
            doorkeeper = Doorkeeper(settings, db, passwords)
            try:
                async with reloading(db, settings) as reload, machine.watched("api", settings.revision):
                    numbers = Numbers(db, with_latest=True)
                    yield State(db=db, passwords=passwords, doorkeeper=doorkeeper, reload=reload, numbers=numbers)
            finally:
                passwords.close()

    app = Starlette(
        middleware=[
            Middleware(Observation),
            Middleware(Errors),
            Middleware(Latest),
            Middleware(Bodies),
            Middleware(Guard),
        ],
        exception_handlers={HTTPException: errors.refused},
        routes=ROUTES,
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # a redirected POST arrives as a GET
    return app
