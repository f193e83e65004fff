"""What every answer tells the browser, whatever became of the request."""

from dataclasses import replace

import aiohttp
import pytest

from core.settings import Settings
from db import Database
from tests import given
from tests.conftest import site_running
from tests.web.seen import seen

ANSWERS = pytest.mark.parametrize(
    "path",
    ["/", "/public", "/alice", "/login", "/nobody", "/alice/follow", "/static/style.css", "/avatars/x.svg", "/healthz"],
)


@ANSWERS
async def test_nothing_foreign_is_loaded_run_or_framed(
    browser: aiohttp.ClientSession, cast: given.Cast, path: str
) -> None:
    headers = (await browser.get(path, allow_redirects=False)).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "aiohttp" not in headers["Server"], "versions are nobody's business"
    assert "Cache-Control" in headers


async def test_only_https_is_promised_for_the_future(settings: Settings, site: str, db: Database) -> None:
    async with site_running(replace(settings, https=True)) as secure, aiohttp.ClientSession() as browser:
        assert (await browser.get(f"{secure}/public")).headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Strict-Transport-Security" not in (await browser.get(f"{site}/public")).headers


async def test_a_page_holds_no_script_no_style_and_no_foreign_address(
    browser: aiohttp.ClientSession, cast: given.Cast
) -> None:
    for path in ("/public", "/alice", "/login", "/register"):
        page = await seen(await browser.get(path))
        assert page.all("script") == page.all("style") == []
        for element in page.elements:
            assert not {name for name in element.attributes if name == "style" or name.startswith("on")}
            for name in ("src", "href", "action"):
                assert element.attributes.get(name, "/").startswith(("/", "#"))


async def test_a_page_for_strangers_is_asked_for_anew_each_time(browser: aiohttp.ClientSession) -> None:
    headers = (await browser.get("/public")).headers
    assert (headers["Cache-Control"], headers["Vary"]) == ("no-cache", "Cookie")
