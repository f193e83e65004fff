"""Failures become pages: a plain sentence and the request's id, no words of an exception, and no 500 for bad input."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from yarl import URL

from core.settings import Settings
from db import Database
from tests import given
from tests.conftest import Events, site_running
from tests.web.seen import seen, sign_in

FORMS = pytest.mark.parametrize("path", ["/register", "/login", "/add_message"])
URLENCODED = "application/x-www-form-urlencoded"
BOUNDARY = "multipart/form-data; boundary=b"


def part(body: bytes, headers: bytes = b"") -> bytes:
    return b'--b\r\nContent-Disposition: form-data; name="text"' + headers + b"\r\n\r\n" + body + b"\r\n--b--\r\n"


@FORMS
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (URLENCODED, b"\xff\xfe=\xff"),
        (URLENCODED, b"text=%FF&username=%FF"),
        (URLENCODED, b"text=%00&username=%00"),
        (URLENCODED, b"&&&==;=&%"),
        (URLENCODED, b"text=a&text=b&username=a&username=b"),
        (URLENCODED, b"x=1&" * 20_000),
        (f"{URLENCODED}; charset=nonsense", b"text=a"),
        (f"{URLENCODED}; charset=base64", b"text=a"),
        (f"{URLENCODED}; charset=idna", b"text=a..b"),
        (f"{URLENCODED}; charset=utf-16", b"text=abc"),
        (f"{URLENCODED}; charset=raw_unicode_escape", rb"text=\ud800&username=\ud800&password=\ud800"),
        (f"{URLENCODED}; charset=undefined", b"text=a"),
        ("multipart/form-data", b"no boundary"),
        (BOUNDARY, b""),
        (BOUNDARY, b"no part at all"),
        (BOUNDARY, b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\ncut off'),
        (BOUNDARY, part(b"text", b'; filename="x.txt"\r\nContent-Type: text/plain')),
        (BOUNDARY, part(b"text", b"\r\nContent-Type: application/octet-stream")),
        (BOUNDARY, part(b"\xff\xfe")),
        (BOUNDARY, part(b"a", b"\r\nContent-Type: text/plain; charset=nonsense")),
        (BOUNDARY, part(rb"\ud800", b"\r\nContent-Type: text/plain; charset=raw_unicode_escape")),
        (BOUNDARY, part(b"a", b"\r\nContent-Transfer-Encoding: nonsense")),
        (BOUNDARY, part(b"!", b"\r\nContent-Transfer-Encoding: base64")),
        (BOUNDARY, part(b"a", b"\r\nContent-Encoding: gzip")),
        (BOUNDARY, b"--b\r\n\r\nnameless\r\n--b--\r\n"),
        (BOUNDARY, b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n"),
        (BOUNDARY, b"--b\r\nX: " + b"y" * 20_000 + b"\r\n\r\nx\r\n--b--\r\n"),
        ("application/json", b'{"text": "x", "username": "alice"}'),
        ("application/json", b"[" * 50_000),
        ("text/plain", b"text=x"),
        ("nonsense", b"text=x"),
        ("", b"text=x"),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_no_form_is_so_odd_that_it_ends_in_a_500(
    browser: aiohttp.ClientSession, cast: given.Cast, events: Events, path: str, content_type: str, body: bytes
) -> None:
    if path == "/add_message":
        await sign_in(browser, "alice")
    answer = await browser.post(path, data=body, headers={"Content-Type": content_type}, allow_redirects=False)
    assert answer.status in {303, 400, 413}, await answer.text()
    assert [event for event in events.all if event["log.level"] == "error"] == []


@FORMS
@pytest.mark.parametrize("size", [256 * 1024 + 1, 1_000_000])
async def test_what_is_too_large_is_a_413(browser: aiohttp.ClientSession, path: str, size: int) -> None:
    for data in ({"text": "x" * size}, aiohttp.FormData({"text": "x" * size}, default_to_multipart=True)):
        page = await seen(await browser.post(path, data=data), 413)
        assert "256 KiB" in page.one("main").text


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/public", "GET,HEAD"),
        ("DELETE", "/alice", "GET,HEAD"),
        ("GET", "/add_message", "POST"),
        ("PUT", "/login", "GET,HEAD,POST"),
        ("HEAD", "/alice/follow", "GET,POST"),
        ("PATCH", "/", "GET,HEAD"),
    ],
)
async def test_a_wrong_method_is_a_405_that_names_the_right_ones(
    browser: aiohttp.ClientSession, method: str, path: str, allowed: str
) -> None:
    answer = await browser.request(method, path)
    assert (answer.status, answer.headers["Allow"].replace(" ", "")) == (405, allowed)


async def test_a_page_of_an_error_names_the_request_under_which_the_log_has_it(
    browser: aiohttp.ClientSession, events: Events
) -> None:
    answer = await browser.get("/nobody")
    page = await seen(answer, 404)
    assert page.one("code").text == answer.headers["X-Request-Id"] == events.requests[-1]["http.request.id"]


@pytest.mark.parametrize("name", ["%00", "a%00b", "%ED%A0%80", "%FF", "%C3%28", "..%00"])
async def test_a_name_that_cannot_be_stored_is_never_a_500(
    browser: aiohttp.ClientSession, cast: given.Cast, name: str
) -> None:
    await sign_in(browser, "alice")
    for method, rest in (("GET", ""), ("GET", "/follow"), ("POST", "/unfollow")):
        answer = await browser.request(method, URL(f"/{name}{rest}", encoded=True))
        assert answer.status == (400 if "%00" in name else 404)
    assert (await browser.get(URL(f"/avatars/{name}.svg", encoded=True))).status == 200


@pytest.mark.parametrize(
    "line",
    [
        b"GET /\xff HTTP/1.1",
        b"GET /avatars/\xff.svg HTTP/1.1",
        b"GET /\xed\xa0\x80 HTTP/1.1",
        b"GET /%ZZ HTTP/1.1",
        b"GET // HTTP/1.1",
        b"GET //evil.example/ HTTP/1.1",
        b"GET /.. HTTP/1.1",
        b"GET /public/../x HTTP/1.1",
        b"GET /" + b"x" * 7000 + b" HTTP/1.1",
        b"GET http://evil.example/ HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"\x00 / HTTP/1.1",
        b"GET /x\r\nCookie: session=\xff; flash=\xff HTTP/1.1",
    ],
)
async def test_no_request_line_ends_in_a_500(site: str, db: Database, line: bytes) -> None:
    host, port = site.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    answered = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    assert answered.split(b" ")[1] in {b"200", b"303", b"400", b"404", b"405"}, answered[:200]


async def test_a_failure_of_ours_is_a_500_without_a_word_of_it(
    browser: aiohttp.ClientSession, db: Database, events: Events
) -> None:
    await db.pool.execute("ALTER TABLE messages RENAME TO elsewhere")
    try:
        page = await seen(await browser.get("/public"), 500)
    finally:
        await db.pool.execute("ALTER TABLE elsewhere RENAME TO messages")
    assert page.one("h1").text == "Our mistake"
    for word in ("messages", "relation", "Error", "SQL", "42P01", "Traceback"):
        assert word not in page.one("main").text
    (failure,) = [event for event in events.all if event["log.level"] == "error"]
    assert failure["error.type"] == "QueryFailed"
    assert failure["trace.id"] == page.one("code").text


async def test_a_database_that_does_not_answer_is_a_503_and_worth_another_try(
    settings: Settings, db: Database, events: Events
) -> None:
    async with (
        site_running(replace(settings, database_timeout=0.5)) as site,
        aiohttp.ClientSession(site) as browser,
        db.pool.acquire() as connection,
        connection.transaction(),
    ):
        await connection.execute("LOCK TABLE messages, users")
        answer = await browser.get("/public")
        page = await seen(answer, 503)
        assert int(answer.headers["Retry-After"]) > 0
        assert page.one("h1").text == "One moment, please"
        assert page.all("textarea") == []
        assert (await browser.get("/readyz")).status == 503
        assert (await browser.get("/healthz")).status == 200
    assert "The database is unavailable" in [event["message"] for event in events.all]


async def test_a_message_that_could_not_be_kept_is_handed_back(settings: Settings, db: Database) -> None:
    await given.cast(db)
    async with (
        site_running(replace(settings, database_timeout=0.5)) as site,
        given.browser(site) as browser,
        db.pool.acquire() as connection,
    ):
        await sign_in(browser, "alice")
        async with connection.transaction():
            await connection.execute("LOCK TABLE messages")
            page = await seen(await browser.post("/add_message", data={"text": "long & <dear>"}), 503)
            assert page.value["written"] == "long & <dear>"
    assert await db.pool.fetchval("SELECT count(*) FROM messages") == 2


async def test_nobody_can_hold_the_site_up_by_leaving_in_the_middle_of_a_form(site: str, events: Events) -> None:
    host, port = site.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: {URLENCODED}\r\nContent-Length: 99\r\n\r\nuser".encode()
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    async with aiohttp.ClientSession(site) as browser:
        assert (await browser.get("/healthz")).status == 200
    await asyncio.sleep(0.1)
    assert "POST /login 499" in [event["message"] for event in events.requests]
    assert [event for event in events.all if event["log.level"] == "error"] == []
