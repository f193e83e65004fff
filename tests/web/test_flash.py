"""The sentence on the next page: said once, and never in words of the cookie's own."""

import asyncio

import aiohttp
import pytest

from tests import given
from tests.web.seen import seen, sign_in


async def test_a_sentence_is_said_once(browser: aiohttp.ClientSession, cast: given.Cast) -> None:
    await sign_in(browser, "alice")
    assert (await seen(await browser.get("/"))).flash is None


async def test_a_sentence_waits_for_a_page_and_is_not_lost_on_a_picture_or_a_redirect(
    browser: aiohttp.ClientSession, cast: given.Cast
) -> None:
    await browser.post("/logout", allow_redirects=False)
    for path in ("/avatars/alice.svg", "/static/style.css", "/healthz"):
        await browser.get(path)
    assert (await seen(await browser.get("/"))).flash == "You were logged out"


@pytest.mark.parametrize(
    "value", ["", "Send your password to…", "unknown:x", ":", "followed", "followed:%FF%00", "é:é"]
)
async def test_a_cookie_of_somebody_else_never_breaks_a_page_and_says_no_words_of_its_own(
    site: str, value: str
) -> None:
    async with aiohttp.ClientSession(site) as browser:
        page = await seen(await browser.get("/public", headers={"Cookie": f"flash={value}"}))
    assert page.flash is None or page.flash.startswith('You are now following "')


@pytest.mark.parametrize("value", [b"followed:\xff", b"followed:%ED%B3%BF\xed\xb3\xbf", b"\xff"])
async def test_bytes_in_the_cookie_that_are_no_text_say_nothing(site: str, value: bytes) -> None:
    host, port = site.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /public HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: flash=" + value + b"\r\n\r\n")
    answered = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    assert answered.startswith(b"HTTP/1.1 200 ")
    assert b"You are now following" not in answered


async def test_a_name_in_a_sentence_is_escaped(site: str) -> None:
    async with aiohttp.ClientSession(site) as browser:
        page = await seen(await browser.get("/public", headers={"Cookie": "flash=followed:%3Cscript%3E{name}"}))
    assert page.flash == 'You are now following "<script>{name}"'
    assert page.all("script") == []


async def test_the_cookie_is_out_of_reach_of_scripts(browser: aiohttp.ClientSession) -> None:
    cookie = (await browser.post("/logout", allow_redirects=False)).cookies["flash"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
