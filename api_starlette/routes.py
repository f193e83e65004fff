"""Every address of the API on one screen."""

import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import starlette.routing
from starlette.responses import Response

from api_starlette import followers, messages, observe, openapi, simulator, timelines, users
from api_starlette.state import Request

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


class Route(starlette.routing.Route):
    """Matches to the last character: with Starlette's own pattern, a newline at the end would pass unseen."""

    def __init__(self, path: str, handler: Handler, *, method: str = "GET") -> None:
        super().__init__(path, handler, methods=[method])
        self.path_regex = re.compile(self.path_regex.pattern.removesuffix("$") + r"\Z", re.DOTALL)


ROUTES = [
    # the simulator's first: Starlette looks at one after the other
    Route("/msgs/{username:path}", messages.post, method="POST"),
    Route("/fllws/{username:path}", followers.change, method="POST"),
    Route("/msgs", timelines.public),
    Route("/msgs/{username:path}", timelines.by_author),
    Route("/fllws/{username:path}", followers.following),
    Route("/register", users.register, method="POST"),
    Route("/login", users.login, method="POST"),
    Route("/latest", simulator.latest),
    Route("/openapi.json", openapi.document),
    Route("/healthz", observe.healthz),
    Route("/readyz", observe.readyz),
    Route("/metrics", observe.page),
]
