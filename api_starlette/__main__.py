"""Starts the API: python -m api_starlette. Exits 0 after SIGTERM or SIGINT, 1 with a sentence when it cannot start.
SIGHUP reloads the queries."""

import asyncio
import math
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
import uvloop

from api_starlette.app import create_app
from core import logs
from core.settings import BadSettings, Settings
from db import NotReady, check, open_database

KEEP_ALIVE = 75
"""Seconds that an idle connection stays open: longer than the 60 of nginx, so that the proxy closes it; closed by us,
a POST on its way would be lost."""


def main() -> int:
    """Serve until a signal comes."""
    try:
        settings = Settings.read()
        logs.set_up("api", form=settings.log_format, level=settings.log_level)
        uvloop.run(serve(settings))
    except (BadSettings, NotReady) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except SystemExit:  # uvicorn's way to end when the start of the application fails; it has said why
        return 1
    except KeyboardInterrupt:
        return 0  # before it had begun; later the signal is handled below
    return 0


async def serve(settings: Settings) -> None:
    """Raises `NotReady` when the database or the port cannot be used."""
    # asked before uvicorn starts the lifespan, because it would answer with a traceback
    async with open_database(settings, service="api") as db:
        await check.fit(db)
    config = uvicorn.Config(
        create_app(settings),
        lifespan="on",
        loop="none",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=math.ceil(settings.shutdown_seconds),
    )
    await Server(config).serve([listening(settings.host, settings.api_port)])


def listening(host: str, port: int) -> socket.socket:
    """A socket on this address. Raises `NotReady` when it is taken, or is none of ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # Python repeats the address in brackets
        raise NotReady(f"The API cannot listen on {host}, port {port}: {reason}") from None


class Server(uvicorn.Server):
    """uvicorn's, but says where it listens, and ends with exit code 0 after a signal: uvicorn would raise it again."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # from now on this means that queries have changed
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.lifespan.state["reload"])
        for listener in sockets or []:
            host, port = listener.getsockname()[:2]
            logs.event(f"The API listens on http://{f'[{host}]' if ':' in host else host}:{port}")

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


if __name__ == "__main__":
    sys.exit(main())
