"""What operators see: a line and numbers for each request, and whether the site is alive and ready."""

import re

import aiohttp
import pytest

from tests import given
from tests.conftest import Events
from tests.web.seen import sign_in
from web_aiohttp import errors


async def test_a_request_is_one_line_with_all_that_is_needed_and_nothing_of_the_client(
    browser: aiohttp.ClientSession, cast: given.Cast, events: Events
) -> None:
    await sign_in(browser, "bob")
    answer = await browser.get("/alice?before=7&canary=1", headers={"X-Request-Id": "from-the-proxy.1"})
    line = events.requests[-1]
    assert line["message"] == "GET /{username} 200"
    assert line["log.level"] == "info"
    assert line["http.request.method"] == "GET"
    assert line["http.route"] == "/{username}"
    assert line["http.response.status_code"] == 200
    assert line["http.request.id"] == line["trace.id"] == answer.headers["X-Request-Id"] == "from-the-proxy.1"
    assert 100_000 < line["event.duration"] < 10_000_000_000, "nanoseconds"
    assert line["user.id"] == str(cast.bob)
    assert line["db.statements"] == 3
    assert "canary" not in events.text
    assert "alice" not in events.text


async def test_a_stranger_has_no_id_in_the_line(browser: aiohttp.ClientSession, events: Events) -> None:
    await browser.get("/public")
    assert "user.id" not in events.requests[-1]


@pytest.mark.parametrize("given_id", ["", "short", "x" * 65, "a b c d e f", "<script>!", "ünicode-id", '"; DROP ;"'])
async def test_an_odd_request_id_is_replaced(site: str, events: Events, given_id: str) -> None:
    async with aiohttp.ClientSession(site) as browser:
        answer = await browser.get("/login", headers={"X-Request-Id": given_id})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])
    assert events.requests[-1]["trace.id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/a/b/c", "/a%22%0Ab/c/d", "/canary/x", "/static/canary/x"])
async def test_what_no_route_serves_shares_one_name(browser: aiohttp.ClientSession, events: Events, path: str) -> None:
    await browser.get(path)
    assert events.requests[-1]["http.route"] == "unmatched"
    numbers = await (await browser.get("/metrics")).text()
    assert 'route="unmatched"' in numbers
    assert "canary" not in numbers + events.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_what_machines_ask_all_day_is_logged_for_debugging_only(
    browser: aiohttp.ClientSession, events: Events, path: str
) -> None:
    assert (await browser.get(path)).status == 200
    (line,) = events.requests
    assert (line["http.route"], line["log.level"]) == (path, "debug")


async def test_being_alive_asks_no_database_and_being_ready_asks_it_once(
    browser: aiohttp.ClientSession, events: Events
) -> None:
    assert await (await browser.get("/healthz")).text() == "ok\n"
    assert events.requests[-1]["db.statements"] == 0
    assert await (await browser.get("/readyz")).text() == "ready\n"
    assert events.requests[-1]["db.statements"] == 1


async def test_the_numbers_count_each_request_under_its_route(browser: aiohttp.ClientSession, cast: given.Cast) -> None:
    async def count() -> int:
        numbers = await (await browser.get("/metrics")).text()
        found = re.search(r'http_requests_total\{method="GET",route="/\{username\}",status="200"\} (\d+)', numbers)
        return int(found[1]) if found else 0

    before = await count()
    for name in ("alice", "bob", "charlie"):
        await browser.get(f"/{name}")
    assert await count() == before + 3


async def test_the_numbers_tell_of_the_pool_and_the_requests_in_flight(browser: aiohttp.ClientSession) -> None:
    answer = await browser.get("/metrics")
    numbers = await answer.text()
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert re.search(r'db_pool_connections\{state="allowed"\} 10\b', numbers)
    assert re.search(r"^http_requests_in_flight 1$", numbers, re.MULTILINE), "this one"


async def test_a_failure_that_not_even_a_page_can_be_made_of_is_counted_as_ours(
    browser: aiohttp.ClientSession, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(errors.WORDS, 404, ("only a heading",))
    assert (await browser.get("/nobody-of-this-name")).status == 500
    assert events.requests[-1]["http.response.status_code"] == 500
