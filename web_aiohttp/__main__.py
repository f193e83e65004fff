"""`python -m web_aiohttp`: serves the site until a signal stops it; says in one sentence why it cannot start."""

import asyncio
import signal
import sys

import uvloop
from aiohttp import web

from core import logs
from core.settings import BadSettings, Settings
from db import NotReady
from web_aiohttp.app import create_app
from web_aiohttp.keys import RELOAD

KEEP_ALIVE = 75
"""Seconds that an idle connection stays open: longer than the 60 of nginx, so that the proxy closes it; closed by us,
a POST on its way would be lost."""


def main() -> int:
    """The exit code: 0 after a stop that was asked for, 1 when it could not start."""
    try:
        settings = Settings.read()
        logs.set_up("web", form=settings.log_format, level=settings.log_level)
        serve(settings)
    except (BadSettings, NotReady) as problem:
        return _refused(str(problem))
    except OSError as problem:
        if not problem.strerror:
            raise  # a time limit, say: not what a socket says
        reason = str(problem.strerror).rpartition(": ")[2].capitalize()  # the event loop repeats the address before it
        return _refused(f"The site cannot listen on {settings.host}, port {settings.web_port}: {reason}")
    return 0


def serve(settings: Settings) -> None:
    """Answer requests until SIGTERM or SIGINT; those that run then may finish. SIGHUP reloads the queries."""
    app = create_app(settings)
    app.on_startup.append(hear)
    web.run_app(
        app,
        host=settings.host,
        port=settings.web_port,
        loop=uvloop.new_event_loop(),
        shutdown_timeout=settings.shutdown_seconds / 2,  # aiohttp waits twice: for requests, and for their connections
        keepalive_timeout=KEEP_ALIVE,
        backlog=2048,
        access_log=None,  # observe.py writes the line of a request
        auto_decompress=False,  # no browser compresses a form, and a small one could unpack to a large one
        # aiohttp calls this when it listens, and at no other time
        print=lambda _: logs.event(f"The site listens on {address(settings)}"),
    )


async def hear(app: web.Application) -> None:
    """From now on SIGHUP means that queries have changed."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, app[RELOAD])


def address(settings: Settings) -> str:
    """Where it listens, as a URL."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.web_port}"


def _refused(words: str) -> int:
    sys.stderr.write(words + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
