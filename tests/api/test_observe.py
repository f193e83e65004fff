"""observe: one line and the right numbers for each request, health, readiness and metrics."""

import re

import aiohttp
import pytest

from core import metrics
from db import Database
from tests import given
from tests.conftest import Events

pytestmark = pytest.mark.usefixtures("cast")


async def test_a_request_is_one_line(program: aiohttp.ClientSession, cast: given.Cast, events: Events) -> None:
    headers = given.program_of("alice") | {"X-Request-Id": "abc-12_3.x"}
    answer = await program.post("/msgs/alice?latest=5", json={"content": "Hello"}, headers=headers)
    assert answer.headers["X-Request-Id"] == "abc-12_3.x"
    (line,) = events.all
    assert line["event.duration"] > 0
    said = {name: value for name, value in line.items() if name not in {"@timestamp", "event.duration", "log.logger"}}
    assert said == {
        "log.level": "info",
        "message": "POST /msgs/{username} 204",
        "ecs.version": "8.11.0",
        "service.name": "tests",
        "trace.id": "abc-12_3.x",
        "http.request.id": "abc-12_3.x",
        "http.request.method": "POST",
        "http.route": "/msgs/{username}",
        "http.response.status_code": 204,
        "user.id": str(cast.alice),
        "db.statements": 2,
    }


async def test_the_operator_has_no_user_id(program: aiohttp.ClientSession, events: Events) -> None:
    await program.get("/msgs", headers=given.SIMULATOR)
    assert "user.id" not in events.requests[0]


@pytest.mark.parametrize("given_id", ["short", "x" * 65, "with space", 'quote"d-quote', "ümlaut-ümlaut", ""])
async def test_an_id_that_is_no_plain_word_is_replaced(
    program: aiohttp.ClientSession, events: Events, given_id: str
) -> None:
    answer = await program.get("/latest", headers={"X-Request-Id": given_id})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])
    assert events.requests[0]["http.request.id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/msgs/nobody", "/msgs/{username}"),
        ("DELETE", "/msgs/alice", "/msgs/{username}"),
        ("POST", "/latest", "/latest"),
        ("GET", "/secret-path?and=query", "unmatched"),
        ("GET", "/a%22%0Ab", "unmatched"),
        ("PROPFIND", "/fllws/alice", "/fllws/{username}"),
    ],
)
@pytest.mark.parametrize("headers", [given.SIMULATOR, {}])
async def test_a_line_holds_the_route_and_nothing_of_the_path(
    program: aiohttp.ClientSession, events: Events, method: str, path: str, route: str, headers: dict[str, str]
) -> None:
    await program.request(method, path, headers=headers)
    (line,) = events.requests
    assert line["http.route"] == route
    assert line["http.request.method"] == ("other" if method == "PROPFIND" else method)
    for secret in ("secret", "query", "nobody", "%22"):
        assert secret not in events.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_what_machines_ask_is_logged_for_debugging_only(
    program: aiohttp.ClientSession, events: Events, path: str
) -> None:
    assert (await program.get(path)).status == 200
    assert [event["log.level"] for event in events.requests] == ["debug"]


async def test_health_costs_no_statement_and_readiness_one(program: aiohttp.ClientSession, events: Events) -> None:
    assert await (await program.get("/healthz")).json() == {"healthy": True}
    assert await (await program.get("/readyz")).json() == {"ready": True}
    assert [event["db.statements"] for event in events.requests] == [0, 1]


async def test_a_database_without_its_tables_is_not_ready(program: aiohttp.ClientSession, db: Database) -> None:
    await db.pool.execute("ALTER TABLE users RENAME TO elsewhere")
    try:
        answer = await program.get("/readyz")
    finally:
        await db.pool.execute("ALTER TABLE elsewhere RENAME TO users")
    assert answer.status == 503
    assert (await program.get("/readyz")).status == 200


@pytest.mark.parametrize(
    ("method", "url", "body", "statements"),
    [
        ("GET", "/latest?latest=1", None, 2),
        ("POST", "/register?latest=1", {"username": "new", "email": "n@e", "pwd": "x"}, 2),
        ("POST", "/login?latest=1", None, 2),
        ("GET", "/msgs?latest=1", None, 3),
        ("GET", "/msgs/alice?latest=1", None, 3),
        ("GET", "/fllws/bob?latest=1", None, 3),
        ("POST", "/fllws/bob?latest=1", {"follow": "charlie"}, 2),
        ("POST", "/fllws/bob?latest=1", {"unfollow": "alice"}, 2),
        ("POST", "/msgs/bob?latest=1", {"content": "x"}, 2),
    ],
)
async def test_a_user_costs_at_most_three_statements_and_the_operator_two(
    program: aiohttp.ClientSession, events: Events, method: str, url: str, body: object, statements: int
) -> None:
    await program.request(method, url, json=body, headers=given.program_of("bob"))
    await program.request(method, url.replace("new", "newer"), json=body, headers=given.SIMULATOR)
    mine, operators = [event["db.statements"] for event in events.requests]
    assert mine == statements
    assert operators <= 2


async def test_the_metrics_count_requests_by_route(program: aiohttp.ClientSession) -> None:
    def counted(page: str) -> float:
        pattern = r'http_requests_total\{method="GET",route="/msgs/\{username\}",status="404"\} ([0-9.]+)'
        found = re.search(pattern, page)
        return float(found[1]) if found else 0.0

    before = counted(await (await program.get("/metrics")).text())
    for name in ("nobody", "no%0Abody", 'no"body'):
        await program.get(f"/msgs/{name}", headers=given.SIMULATOR)
    answer = await program.get("/metrics")
    page = await answer.text()
    assert counted(page) == before + 3
    assert "body" not in page
    assert answer.headers["Content-Type"] == metrics.CONTENT_TYPE
    assert re.search(r"^http_requests_in_flight 1(\.0)?$", page, re.MULTILINE), "the one that asks"
    assert 'db_pool_connections{state="idle"}' in page
