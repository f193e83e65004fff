"""Who is signed in: an opaque token in the cookie, its hash in PostgreSQL."""

import hashlib
import re
from dataclasses import replace
from http.cookies import Morsel

import aiohttp
import pytest

from core.settings import Settings
from db import Database
from tests import given
from tests.conftest import Events, site_running
from tests.web.seen import seen, sign_in

ALICE = {"username": "alice", "password": given.PASSWORD}


async def cookies_of_a_sign_in(site: str) -> dict[str, Morsel[str]]:
    """The cookies that signing in sets, with their attributes."""
    async with given.browser(site) as browser:
        answer = await browser.post("/login", data=ALICE, allow_redirects=False)
        assert answer.status == 303
        return dict(answer.cookies)


async def test_the_cookie_is_a_random_token_out_of_reach_of_scripts_and_other_sites(
    site: str, settings: Settings, cast: given.Cast
) -> None:
    cookie = (await cookies_of_a_sign_in(site))["session"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", cookie.value)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/", "")
    assert cookie["domain"] == ""
    assert int(cookie["max-age"]) == settings.session_days * 86_400


async def test_on_https_cookies_travel_encrypted_only(settings: Settings, cast: given.Cast) -> None:
    async with site_running(replace(settings, https=True)) as site:
        cookies = await cookies_of_a_sign_in(site)
        session = cookies["__Host-session"]
        assert (session["secure"], session["httponly"], session["path"], session["domain"]) == (True, True, "/", "")
        assert cookies["flash"]["secure"] is True
        async with aiohttp.ClientSession(site) as browser:
            home = await browser.get("/", headers={"Cookie": f"__Host-session={session.value}"})
            assert home.url.path == "/"
            planted = await browser.get("/", headers={"Cookie": f"session={session.value}"})
            assert planted.url.path == "/public", "the name without the prefix counts for nothing"


async def test_postgresql_knows_only_the_hash_of_the_token(
    site: str, db: Database, cast: given.Cast, settings: Settings
) -> None:
    token = (await cookies_of_a_sign_in(site))["session"].value
    row = await db.pool.fetchrow("SELECT token_hash, user_id, expires_at - now() AS lasts FROM sessions")
    assert row is not None
    assert (row["token_hash"], row["user_id"]) == (hashlib.sha256(token.encode()).digest(), cast.alice)
    assert settings.session_days - 1 <= row["lasts"].days <= settings.session_days


async def test_each_sign_in_gets_a_token_of_its_own(site: str, db: Database, cast: given.Cast) -> None:
    tokens = {(await cookies_of_a_sign_in(site))["session"].value for _ in range(3)}
    assert len(tokens) == await db.pool.fetchval("SELECT count(*) FROM sessions") == 3


async def test_signing_out_here_leaves_the_other_browser_signed_in(site: str, cast: given.Cast) -> None:
    async with given.browser(site) as here, given.browser(site) as there:
        await sign_in(here, "alice")
        await sign_in(there, "alice")
        await here.post("/logout")
        assert (await here.get("/")).url.path == "/public"
        assert (await there.get("/")).url.path == "/"


async def test_signing_in_again_ends_the_session_of_before(site: str, db: Database, cast: given.Cast) -> None:
    async with given.browser(site) as browser, given.browser(site) as elsewhere:
        await sign_in(elsewhere, "bob")
        await sign_in(browser, "alice")
        (before,) = [cookie for cookie in browser.cookie_jar if cookie.key.endswith("session")]
        await browser.post("/login", data={"username": "charlie", "password": given.PASSWORD})
        assert (await elsewhere.get("/")).url.path == "/"
    async with aiohttp.ClientSession(site) as late:
        answer = await late.get("/", headers={"Cookie": f"{before.key}={before.value}"})
    assert answer.url.path == "/public"
    owners = await db.pool.fetch("SELECT user_id FROM sessions ORDER BY user_id")
    assert [row["user_id"] for row in owners] == sorted((cast.bob, cast.charlie))


async def test_a_session_that_has_expired_opens_nothing(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast
) -> None:
    await sign_in(browser, "alice")
    await db.pool.execute("UPDATE sessions SET expires_at = now() - interval '1 second'")
    page = await seen(await browser.get("/"))
    assert page.one("h1").text == "Public timeline"
    assert page.all("a", href="/login"), "the way back in is offered"


@pytest.mark.parametrize(
    "value", ["", "x", "x" * 42, "x" * 44, "x" * 5000, '"', "%00", "é" * 43, "x" * 42 + "=", "a b", "x" * 42 + "\u0663"]
)
async def test_a_cookie_that_cannot_be_ours_costs_no_statement(site: str, events: Events, value: str) -> None:
    async with aiohttp.ClientSession(site) as browser:
        await seen(await browser.get("/login", headers={"Cookie": f"session={value}"}))
    assert events.requests[-1]["db.statements"] == 0


async def test_a_token_that_nobody_has_opens_nothing(site: str, db: Database) -> None:
    async with aiohttp.ClientSession(site) as browser:
        answer = await browser.get("/", headers={"Cookie": f"session={'x' * 43}"})
        assert answer.url.path == "/public"


async def test_pages_of_signed_in_people_are_kept_by_nobody(browser: aiohttp.ClientSession, cast: given.Cast) -> None:
    await sign_in(browser, "alice")
    for path in ("/", "/public", "/bob", "/nobody"):
        assert (await browser.get(path)).headers["Cache-Control"] == "private, no-store"
