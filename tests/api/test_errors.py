"""errors: every failure has one shape, and none of its own words gets out."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from yarl import URL

from core.settings import Settings
from db import Database
from tests import given
from tests.api.spoken import refused
from tests.conftest import Events, api_running


@pytest.mark.parametrize("path", ["/", "/nowhere", "/public", "/msgs/../x", "/static/style.css", "/" + "x" * 5000])
async def test_an_unknown_address_is_not_found(program: aiohttp.ClientSession, path: str) -> None:
    assert await refused(await program.get(path), 404) == "There is nothing at this address"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/register", "POST"),
        ("PUT", "/register", "POST"),
        ("GET", "/login", "POST"),
        ("POST", "/latest", "GET, HEAD"),
        ("POST", "/msgs", "GET, HEAD"),
        ("DELETE", "/msgs/alice", "GET, HEAD, POST"),
        ("PATCH", "/fllws/alice", "GET, HEAD, POST"),
        ("OPTIONS", "/fllws/alice", "GET, HEAD, POST"),
        ("POST", "/healthz", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    program: aiohttp.ClientSession, method: str, path: str, allow: str
) -> None:
    answer = await program.request(method, path, headers=given.SIMULATOR)
    assert await refused(answer, 405) == "This address does not take this method"
    assert answer.headers["Allow"] == allow


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    "path", ["/latest", "/msgs", "/msgs/alice", "/fllws/bob", "/openapi.json", "/healthz", "/readyz"]
)
async def test_head_is_get_without_its_body(program: aiohttp.ClientSession, path: str) -> None:
    get = await program.get(path, headers=given.SIMULATOR)
    head = await program.head(path, headers=given.SIMULATOR)
    assert (head.status, await head.read()) == (get.status, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(await get.read()))
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


@pytest.mark.usefixtures("cast")
async def test_no_answer_is_kept_or_taken_for_something_else(program: aiohttp.ClientSession) -> None:
    for path in ("/latest", "/msgs", "/nowhere", "/metrics", "/register"):
        answer = await program.get(path, headers=given.SIMULATOR)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.usefixtures("cast")
async def test_a_fault_of_ours_is_a_plain_500_and_is_logged(
    program: aiohttp.ClientSession, db: Database, events: Events
) -> None:
    await db.pool.execute("ALTER TABLE messages RENAME TO elsewhere")
    try:
        answer = await program.get("/msgs", headers=given.SIMULATOR)
    finally:
        await db.pool.execute("ALTER TABLE elsewhere RENAME TO messages")
    assert await refused(answer, 500) == "Something went wrong on our side. We have written it down"
    failure, request = events.all[-2:]
    assert (failure["log.level"], failure["error.type"]) == ("error", "QueryFailed")
    assert failure["error.message"] == "timelines/public: UndefinedTableError 42P01"
    assert request["http.response.status_code"] == 500
    assert failure["trace.id"] == request["trace.id"] == answer.headers["X-Request-Id"]


@pytest.mark.usefixtures("cast")
async def test_a_database_that_does_not_answer_is_a_503_that_may_be_tried_again(
    settings: Settings, db: Database, events: Events
) -> None:
    async with (
        api_running(replace(settings, database_timeout=0.5)) as url,
        aiohttp.ClientSession(url) as program,
        db.pool.acquire() as connection,
    ):
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("LOCK TABLE users")
        answers = [
            await program.post("/msgs/alice", json={"content": "x"}, headers=given.SIMULATOR),
            await program.get("/readyz"),
        ]
        alive = await program.get("/healthz")
        await transaction.rollback()
        again = await program.get("/readyz")
    words = [await refused(answer, 503) for answer in answers]
    assert words == ["MiniTwit cannot reach its database. Please try again in a moment", "The database is not ready"]
    assert [answer.headers["Retry-After"] for answer in answers] == ["1", "1"]
    assert (alive.status, again.status) == (200, 200)


async def test_a_client_that_leaves_in_the_middle_is_no_error(api: str, events: Events) -> None:
    url = URL(api)
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"POST /register HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    for _ in range(200):
        if events.requests:
            break
        await asyncio.sleep(0.01)
    assert [event["http.response.status_code"] for event in events.requests] == [499]
    assert [event["log.level"] for event in events.all] == ["info"]


@pytest.mark.parametrize("start", [b"nonsense\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n"])
async def test_what_is_no_http_ends_with_the_connection(api: str, start: bytes, events: Events) -> None:
    url = URL(api)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(start)
    assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
    writer.close()
    await writer.wait_closed()
    assert "nonsense" not in events.text
