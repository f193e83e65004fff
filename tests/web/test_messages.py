"""Writing a message."""

import aiohttp
import pytest

from db import Database
from tests import given
from tests.conftest import Events
from tests.web.seen import seen, sign_in


async def test_a_message_is_stored_and_shown_everywhere_it_belongs(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast
) -> None:
    await sign_in(browser, "alice")
    answer = await browser.post("/add_message", data={"text": "news of the day"})
    page = await seen(answer)
    assert (answer.url.path, answer.history[0].status) == ("/", 303)
    assert page.flash == "Your message was recorded"
    assert page.messages[0] == "news of the day"
    row = await db.pool.fetchrow("SELECT author_id, content FROM messages ORDER BY message_id DESC LIMIT 1")
    assert row is not None
    assert tuple(row) == (cast.alice, "news of the day")
    for path in ("/public", "/alice"):
        assert (await seen(await browser.get(path))).messages[0] == "news of the day"
    await sign_in(browser, "bob")
    assert (await seen(await browser.get("/"))).messages[0] == "news of the day", "Bob follows Alice"
    await sign_in(browser, "charlie")
    assert (await seen(await browser.get("/"))).messages == [], "Charlie follows nobody"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<script>alert(1)</script>",
            "</textarea>",
            "&lt;",
            "{{ 7 * 7 }}",
            '" onload="x',
            "a\nb\n\n  c",
            "“curly” – é 🦊",
        ),
        *(
            "\ufeffbyte order mark",
            "%00",
            "x" * 10_000,
            "🦊" * 10_000,
            "\u202eright to left",
            "a\tb",
            "'; DROP TABLE users",
        ),
    ],
)
async def test_any_text_comes_back_as_it_was_written(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, text: str
) -> None:
    await sign_in(browser, "alice")
    page = await seen(await browser.post("/add_message", data={"text": text}))
    assert page.messages[0] == text
    assert await db.pool.fetchval("SELECT content FROM messages ORDER BY message_id DESC LIMIT 1") == text
    assert page.all("script") == []


async def test_message_text_is_escaped_in_the_page(browser: aiohttp.ClientSession, cast: given.Cast) -> None:
    await sign_in(browser, "alice")
    page = await seen(await browser.post("/add_message", data={"text": "<test message 2>"}))
    assert "&lt;test message 2&gt;" in page.html
    assert "<test message 2>" not in page.html


async def test_a_line_break_of_a_browser_is_stored_as_one_character(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast
) -> None:
    await sign_in(browser, "alice")
    await browser.post("/add_message", data={"text": "two\r\nlines"})
    assert await db.pool.fetchval("SELECT content FROM messages ORDER BY message_id DESC LIMIT 1") == "two\nlines"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "You have to enter a message"),
        (" \n ", "You have to enter a message"),
        ("x" * 10_001, "The message is too long: it may have 10,000 characters"),
        ("before\0after", "A NUL character cannot be stored"),
    ],
)
async def test_a_refused_message_says_why_and_is_not_lost(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, text: str, sentence: str
) -> None:
    await sign_in(browser, "alice")
    page = await seen(await browser.post("/add_message", data={"text": text}), 400)
    assert page.problem == sentence
    assert page.value["text"].replace("\ufffd", "\0") == text
    assert page.one("textarea").attributes["aria-describedby"] == page.one(role="alert").attributes["id"]
    assert page.messages == ["Alice is still here", "Alice was here"]
    assert await db.pool.fetchval("SELECT count(*) FROM messages") == 2


async def test_whoever_is_not_signed_in_gets_the_text_back(browser: aiohttp.ClientSession, db: Database) -> None:
    page = await seen(await browser.post("/add_message", data={"text": "\nlost & <found>\nindeed"}), 401)
    assert page.value["written"] == "\nlost & <found>\nindeed"
    assert "readonly" in page.one("textarea").attributes
    assert page.one("a", class_="button").attributes["href"] == "/login"
    assert await db.pool.fetchval("SELECT count(*) FROM messages") == 0


async def test_writing_takes_two_statements(browser: aiohttp.ClientSession, cast: given.Cast, events: Events) -> None:
    await sign_in(browser, "alice")
    await browser.post("/add_message", data={"text": "x"}, allow_redirects=False)
    assert events.requests[-1]["http.route"] == "/add_message"
    assert events.requests[-1]["db.statements"] == 2
