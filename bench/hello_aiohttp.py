"""The least that the site's framework can do: one route that answers "hello", served as the site is served.

Its own process: `python -m bench.hello_aiohttp PORT`.
"""

import sys

import uvloop
from aiohttp import web


async def hello(request: web.Request) -> web.Response:
    """The same answer to everybody."""
    return web.Response(text="hello")


def main(port: int) -> None:
    """Answer on this port of the loopback address until a signal ends it."""
    app = web.Application()
    app.router.add_get("/", hello)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main(int(sys.argv[1]))
