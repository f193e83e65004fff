"""Following a user, and following them no longer."""

import aiohttp
import pytest

from db import Database
from tests import given
from tests.web.seen import Page, seen, sign_in

METHODS = pytest.mark.parametrize("method", ["POST", "GET"])


async def pairs(db: Database) -> list[tuple[int, int]]:
    rows = await db.pool.fetch("SELECT who_id, whom_id FROM followers ORDER BY who_id, whom_id")
    return [(row["who_id"], row["whom_id"]) for row in rows]


def button(page: Page) -> tuple[str, str]:
    """Where the button beside the name leads, and what it says."""
    (form,) = [e for e in page.all("form") if e.attributes["action"] != "/logout"]
    return form.attributes["action"], form.text.strip()


@METHODS
async def test_following_is_stored_and_said(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, method: str
) -> None:
    await sign_in(browser, "charlie")
    answer = await browser.request(method, "/alice/follow")
    page = await seen(answer)
    assert (answer.url.path, answer.history[0].status) == ("/alice", 303)
    assert page.flash == 'You are now following "alice"'
    assert "&#34;alice&#34;" in page.html
    assert await pairs(db) == [(cast.bob, cast.alice), (cast.charlie, cast.alice)]
    assert (await seen(await browser.get("/"))).messages == ["Alice is still here", "Alice was here"]


@METHODS
async def test_unfollowing_is_stored_and_said(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, method: str
) -> None:
    await sign_in(browser, "bob")
    page = await seen(await browser.request(method, "/alice/unfollow"))
    assert page.flash == 'You are no longer following "alice"'
    assert await pairs(db) == []
    assert (await seen(await browser.get("/"))).messages == []


async def test_a_second_follow_changes_nothing(browser: aiohttp.ClientSession, db: Database, cast: given.Cast) -> None:
    await sign_in(browser, "bob")
    for _ in range(2):
        page = await seen(await browser.post("/alice/follow"))
        assert page.flash == 'You are now following "alice"'
    assert await pairs(db) == [(cast.bob, cast.alice)]


async def test_unfollowing_a_stranger_is_no_error(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast
) -> None:
    await sign_in(browser, "bob")
    page = await seen(await browser.post("/charlie/unfollow"))
    assert page.flash == 'You are no longer following "charlie"'
    assert await pairs(db) == [(cast.bob, cast.alice)]


@METHODS
@pytest.mark.parametrize("action", ["follow", "unfollow"])
async def test_an_unknown_user_is_a_404(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, action: str, method: str
) -> None:
    await sign_in(browser, "bob")
    for name in ("nobody", "a%2Fb", "%00x", "%F0%9F%A6%8A"):
        status = 400 if name == "%00x" else 404
        await seen(await browser.request(method, f"/{name}/{action}"), status)
    assert await pairs(db) == [(cast.bob, cast.alice)]


@METHODS
@pytest.mark.parametrize("action", ["follow", "unfollow"])
async def test_whoever_is_not_signed_in_changes_nothing(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, action: str, method: str
) -> None:
    page = await seen(await browser.request(method, f"/alice/{action}"), 401)
    assert page.one("a", class_="button").attributes["href"] == "/login"
    assert await pairs(db) == [(cast.bob, cast.alice)]


async def test_the_button_offers_what_can_be_done(browser: aiohttp.ClientSession, cast: given.Cast) -> None:
    page = await seen(await browser.get("/alice"))
    assert page.all("form") == [], "a stranger follows nobody"
    await sign_in(browser, "bob")
    assert button(await seen(await browser.get("/alice"))) == ("/alice/unfollow", "Unfollow")
    assert button(await seen(await browser.get("/charlie"))) == ("/charlie/follow", "Follow")
    page = await seen(await browser.get("/bob"))
    assert [e.attributes["action"] for e in page.all("form")] == ["/logout"], "one does not follow oneself"
