"""What operators see of the site: a log line and numbers for each request, and whether it is alive and ready."""

import re
import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from core import logs, machine, metrics
from db import QueryFailed, Unavailable, health
from db.pool import statements
from web_aiohttp.keys import DATABASE, NUMBERS, REQUEST_ID, VIEWER

CLIENT_LEFT = 499
"""The status of a request whose client did not wait for the answer; nginx writes the same."""

UNMATCHED = "unmatched"
"""The route of every request that no route serves: the path itself is a client's word, and stays out of the log."""

QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Routes that machines ask all day: their lines are for debugging."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


@web.middleware
async def middleware(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """The outermost layer: names the request, counts it and writes its line."""
    started, status, ran = time.perf_counter_ns(), CLIENT_LEFT, list[str]()
    request_id = request[REQUEST_ID] = _request_id(request)
    traced, counted = logs.trace_id.set(request_id), statements.set(ran)
    metrics.requests_in_flight.add(1)
    try:
        answer = await handler(request)
    except Exception:
        status = 500  # not even a page about it could be made; without this it would pass for a client that has left
        raise
    else:
        status = answer.status
        answer.headers["X-Request-Id"] = request_id
        return answer
    finally:
        metrics.requests_in_flight.add(-1)
        _tell(request, status, time.perf_counter_ns() - started, len(ran))
        logs.trace_id.reset(traced)
        statements.reset(counted)


async def healthz(request: web.Request) -> web.Response:
    """GET /healthz: the process answers; the database is not asked."""
    return web.Response(text="ok\n")


async def readyz(request: web.Request) -> web.Response:
    """GET /readyz: the database answers too."""
    try:
        await health.ready(request.app[DATABASE])
    except (Unavailable, QueryFailed):
        return web.Response(status=503, text="the database does not answer\n")
    return web.Response(text="ready\n")


async def page(request: web.Request) -> web.Response:
    """GET /metrics: for Prometheus."""
    await request.app[NUMBERS].tell()
    machine.tell()
    return web.Response(body=metrics.page(), headers={"Content-Type": metrics.CONTENT_TYPE})


def _request_id(request: web.Request) -> str:
    """What a proxy in front of us calls this request, where that is a plain word; else a new one."""
    given = request.headers.get("X-Request-Id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def _tell(request: web.Request, status: int, nanoseconds: int, ran: int) -> None:
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else UNMATCHED
    method = request.method if request.method in metrics.METHODS else "other"
    viewer = request.get(VIEWER)
    metrics.request_answered(method, route, status, nanoseconds / 1e9, ran)
    logs.event(
        f"{method} {route} {status}",
        level="DEBUG" if route in QUIET else "INFO",
        http__request__method=method,
        http__route=route,
        http__response__status_code=status,
        http__request__id=request[REQUEST_ID],
        event__duration=nanoseconds,
        user__id=str(viewer.user_id) if viewer else None,
        db__statements=ran,
    )
