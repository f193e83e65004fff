"""Every failure becomes an answer here: `{"status": …, "error_msg": …}`. What an exception says stays in the house."""

from http import HTTPStatus

import starlette.requests
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_starlette import answers
from core import logs
from db import Unavailable, Unstorable

SENTENCES = {
    404: "There is nothing at this address",
    405: "This address does not take this method",
}
"""Where Starlette would say less."""


class Errors:
    """Middleware: answers what the application behind it raises."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answering = False

        async def watched(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            if answering or scope["type"] != "http":
                raise
            await answer(error, scope)(scope, receive, send)


async def refused(request: starlette.requests.Request, error: Exception) -> answers.Answer:
    """For Starlette, which catches `HTTPException` itself."""
    return answer(error, request.scope)


def answer(error: Exception, scope: Scope) -> answers.Answer:
    """What the client is told. Failures of ours are logged."""
    match error:
        case HTTPException(status_code=405):
            return said(405, SENTENCES[405], {"allow": ", ".join(sorted(methods(scope)))})
        case HTTPException(status_code=status, detail=words):
            return said(status, SENTENCES.get(status, words) if words == HTTPStatus(status).phrase else words)
        case Unstorable():
            return said(400, "A NUL character cannot be stored")
        case Unavailable():
            logs.event("The database is unavailable", level="ERROR", exception=error)
            return said(503, "MiniTwit cannot reach its database. Please try again in a moment", {"retry-after": "1"})
        case _:
            logs.event("A request failed", level="ERROR", exception=error)
            return said(500, "Something went wrong on our side. We have written it down")


def said(status: int, words: str, headers: dict[str, str] | None = None) -> answers.Answer:
    """The one shape that all errors have."""
    return answers.json({"status": status, "error_msg": words}, status, headers)


def methods(scope: Scope) -> set[str]:
    """The methods that this address does take."""
    return {method for route in at(scope) for method in route.methods or ()}


def at(scope: Scope) -> list[Route]:
    """The routes of this address, whatever the method. Few requests ask: those that are refused."""
    every: list[BaseRoute] = scope["app"].routes
    return [route for route in every if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE]
