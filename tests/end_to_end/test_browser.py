"""A person at the site: Chromium without JavaScript, at a desk and on a phone; each page in both colour schemes."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, async_playwright

from db import Database, followers
from tests import given
from tests.end_to_end.visit import Visit

CHROMIUM = Path("/usr/bin/chromium")
FOCUSED = "document.activeElement"

DESK, PHONE = 1280, 360
"""Widths in CSS pixels; 360 is the narrowest phone in wide use."""


@pytest.fixture(scope="session")
def installed() -> Path:
    """Where Chromium is."""
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing: make test installs it"
    return CHROMIUM


@pytest.fixture(scope="session")
async def chromium(installed: Path) -> AsyncIterator[Browser]:
    """One browser for all visits."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
async def visit(request: pytest.FixtureRequest, chromium: Browser, site: str) -> AsyncIterator[Visit]:
    """A visit during which nothing may go wrong."""
    context = await chromium.new_context(java_script_enabled=False, viewport={"width": request.param, "height": 800})
    visit = Visit(await context.new_page(), site)
    visit.watch()
    yield visit
    await context.close()
    assert visit.problems == []


async def test_a_person_signs_up_signs_in_and_writes(visit: Visit) -> None:
    page = visit.page
    await page.goto(f"{visit.site}/")
    await visit.look("/public", "Public timeline")

    await visit.go("nav >> text=Sign up")
    await visit.look("/register", "Sign up")
    await page.get_by_label("Username").fill("Dora D.")
    await page.get_by_label("E-mail").fill("dora@example.com")
    await page.get_by_label("Password", exact=True).fill("her <secret>")
    await page.get_by_label("Password, once more").fill("her <secret>")
    await visit.press("Sign up")
    await visit.look("/login", "Sign in")
    await visit.said("You were successfully registered and can login now")

    await page.get_by_label("Username").fill("Dora D.")
    await page.get_by_label("Password").fill("her <secret>")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await visit.look("/", "Your timeline")
    await visit.said("You were logged in")
    assert await visit.messages() == []

    await page.get_by_label("What’s on your mind").fill("Hello,\n<b>world</b> “é” 🦊")
    await visit.press("Share")
    await visit.look("/", "Your timeline")
    await visit.said("Your message was recorded")
    assert await visit.messages() == ["Hello,\n<b>world</b> “é” 🦊"]


@pytest.mark.parametrize("name", ["alice", "Søren O'Hara / 50% 🦊"])
async def test_a_person_follows_pages_back_and_unfollows(
    visit: Visit, db: Database, cast: given.Cast, name: str
) -> None:
    if name != "alice":
        await given.user(db, name)
    wrote = 2 if name == "alice" else 0
    for number in range(70 - wrote):
        await given.message(db, name, f"number {number}: {'https://example.com/' + 'long' * number}")
    page, path = visit.page, f"/{quote(name, safe='')}"
    await visit.sign_in("charlie")
    await visit.go("nav >> text=Public")
    await visit.go(f'a:text-is("{name}") >> nth=0')
    await visit.press("Follow")
    await visit.look(path, name)
    await visit.said(f'You are now following "{name}"')

    await page.goto(f"{visit.site}/")
    shown = [len(await visit.messages())]
    while await page.locator("text=Older").count():
        await visit.go("text=Older")
        shown.append(len(await visit.messages()))
    assert shown == [30, 30, 10]
    await visit.go("text=Newest")
    await visit.look("/", "Your timeline")

    await page.goto(visit.site + path)
    await visit.press("Unfollow")
    await visit.look(path, name)
    await visit.said(f'You are no longer following "{name}"')
    await page.goto(f"{visit.site}/")
    assert await visit.messages() == []


async def test_a_person_looks_up_who_follows_whom(visit: Visit, db: Database, cast: given.Cast) -> None:
    names = ["W" * 60, "Søren O'Hara / 50% 🦊", *(f"user {number}" for number in range(50))]
    for name in names:
        await given.user(db, name)
        await followers.follow(db, who=name, whom="alice")
    page, listed = visit.page, visit.page.locator(".people a")
    await visit.sign_in("bob")
    await page.goto(f"{visit.site}/alice")
    await visit.go("text=53 followers")
    await visit.look("/alice/followers", "Followers of alice")
    found = await listed.all_inner_texts()
    await visit.go("text=Older")
    found += await listed.all_inner_texts()
    assert found == [*reversed(names), "bob"]
    await visit.nothing_sticks_out()
    await visit.go("text=Newest")
    await visit.look("/alice/followers", "Followers of alice")

    await visit.go("main nav >> text=Following")
    await visit.look("/alice/following", "Followed by alice")
    assert await page.inner_text(".nothing") == "alice follows nobody yet."
    await visit.go("main nav >> text=Messages")
    await visit.look("/alice", "alice")


async def test_a_person_signs_out_and_the_way_back_shows_nothing(visit: Visit, db: Database, cast: given.Cast) -> None:
    await visit.sign_in("bob")
    assert await visit.messages() == ["Alice is still here", "Alice was here"]
    await visit.press("Sign out")
    await visit.look("/public", "Public timeline")
    await visit.said("You were logged out")
    assert await db.pool.fetchval("SELECT count(*) FROM sessions") == 0
    await visit.page.go_back()
    await visit.look("/public", "Public timeline")


async def test_the_public_selenium_test_finds_its_way(visit: Visit, db: Database) -> None:
    """It fills the first four inputs by their place, presses Enter in the fifth, and reads the sentence."""
    await visit.page.goto(f"{visit.site}/register")
    inputs = visit.page.locator("input")
    for index, words in enumerate(("Me", "me@some.where", "secure123", "secure123")):
        await inputs.nth(index).fill(words)
    await inputs.nth(4).press("Enter")
    await visit.said("You were successfully registered and can login now")
    assert await db.pool.fetchval("SELECT username FROM users") == "Me"


async def test_everything_can_be_reached_by_keyboard_and_seen_when_it_is(visit: Visit, cast: given.Cast) -> None:
    await visit.page.goto(f"{visit.site}/login")
    reached = []
    for _ in range(8):
        await visit.page.keyboard.press("Tab")
        reached.append(
            await visit.page.evaluate(
                "document.activeElement.innerText || document.activeElement.value || document.activeElement.id"
            )
        )
        async for scheme in visit.preferring_each():
            outline = await visit.page.evaluate(f"getComputedStyle({FOCUSED}).outlineStyle")
            assert outline != "none", (reached[-1], scheme)
    assert [words for words in reached if words != "MiniTwit"] == [
        *("Skip to the content", "Public", "Sign in", "Sign up", "username", "password", "Sign in")
    ]


async def test_what_is_pressed_is_as_large_as_a_finger(visit: Visit, cast: given.Cast) -> None:
    await visit.sign_in("bob")
    await visit.page.goto(f"{visit.site}/alice")
    targets = visit.page.locator("header a, header button, main button, .pages a, .numbers a, .people a")
    sizes = [await target.bounding_box() for target in await targets.all()]
    await visit.page.goto(f"{visit.site}/alice/followers")
    sizes += [await target.bounding_box() for target in await targets.all()]
    assert len(sizes) >= 16
    for size in sizes:
        assert size is not None
        assert size["height"] >= 44
