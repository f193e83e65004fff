"""What the application and a request carry, by typed key."""

from collections.abc import Callable

from aiohttp import web

from core.passwords import Passwords
from core.settings import Settings
from db import Database
from db.numbers import Numbers
from db.rows import Viewer

SETTINGS = web.AppKey("settings", Settings)
DATABASE = web.AppKey("database", Database)
PASSWORDS = web.AppKey("passwords", Passwords)
NUMBERS = web.AppKey("numbers", Numbers)
RELOAD: web.AppKey[Callable[[], None]] = web.AppKey("reload")
"""Asks for the queries to be read again."""

REQUEST_ID = web.RequestKey("request_id", str)
WRITTEN = web.RequestKey("written", str)
"""The message that this request brought: handed back when it could not be kept."""
VIEWER: web.RequestKey[Viewer | None] = web.RequestKey("viewer")
"""Who is signed in, `None` when nobody is; absent when nobody asked."""
