"""What is seen from outside: the log line and the numbers of each request, health, readiness and metrics."""

import re
import secrets
import time
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_starlette import answers, errors
from api_starlette.state import Request
from core import logs, machine, metrics
from db import QueryFailed, Unavailable, health
from db.pool import statements

CLIENT_LEFT = 499
"""The status of a request whose client did not wait for the answer; nginx writes the same."""

UNMATCHED = "unmatched"
"""The template that all addresses without a route share."""

QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by machines every few seconds: logged at DEBUG."""

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")


class Observation:
    """Middleware, the outermost: gives each request its id, and says afterwards how it went."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter_ns()
        status, ran, request_id = CLIENT_LEFT, list[str](), named(scope)
        logs.trace_id.set(request_id)
        statements.set(ran)

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", request_id.encode()))
            await send(message)

        metrics.requests_in_flight.add(1)
        try:
            await self.app(scope, receive, watched)
        finally:
            metrics.requests_in_flight.add(-1)
            answered(scope, status, time.perf_counter_ns() - started, len(ran))


def named(scope: Scope) -> str:
    """The request's id: the one it brings along, from a proxy say, when that is harmless; else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return secrets.token_hex(16)


def answered(scope: Scope, status: int, nanoseconds: int, ran: int) -> None:
    """One line in the log, and the numbers."""
    route = template(scope)
    method = scope["method"] if scope["method"] in metrics.METHODS else "other"
    caller = scope["state"].get("caller")
    metrics.request_answered(method, route, status, nanoseconds / 1e9, ran)
    fields: dict[str, Any] = {
        "http__request__id": logs.trace_id.get(),
        "http__request__method": method,
        "http__route": route,
        "http__response__status_code": status,
        "event__duration": nanoseconds,
        "db__statements": ran,
        "user__id": str(caller.user_id) if caller is not None and caller.user_id is not None else None,
    }
    logs.event(f"{method} {route} {status}", level="DEBUG" if route in QUIET else "INFO", **fields)


def template(scope: Scope) -> str:
    """The address with the names of its parts in the place of what they hold: `/msgs/{username}`."""
    found = [scope["route"]] if "route" in scope else errors.at(scope)
    return str(found[0].path_format) if found else UNMATCHED


async def healthz(request: Request) -> Response:
    """GET /healthz: the process answers."""
    return answers.json({"healthy": True})


async def readyz(request: Request) -> Response:
    """GET /readyz: the database answers, too."""
    try:
        await health.ready(request.state["db"])
    except (Unavailable, QueryFailed):
        return errors.said(503, "The database is not ready", {"retry-after": "1"})
    return answers.json({"ready": True})


async def page(request: Request) -> Response:
    """GET /metrics, for Prometheus."""
    await request.state["numbers"].tell()
    machine.tell()
    return answers.Answer(metrics.page(), media_type=metrics.CONTENT_TYPE)
