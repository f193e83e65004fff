"""No page of another site can act for whoever is signed in here; programs that are no browsers can."""

import aiohttp
import pytest

import web_aiohttp.app
from core.settings import Settings
from db import Database
from tests import given
from tests.web.seen import seen, sign_in
from web_aiohttp.routes import ROUTES

CHANGING = [
    *(
        ("POST", path)
        for path in ("/register", "/login", "/logout", "/add_message", "/alice/follow", "/alice/unfollow")
    ),
    *(("GET", path) for path in ("/logout", "/alice/follow", "/alice/unfollow")),
]
ACTIONS = pytest.mark.parametrize(("method", "path"), CHANGING)

TABLES = ("users", "messages", "followers", "sessions")


async def contents(db: Database) -> list[int]:
    return [await db.pool.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES]


def test_every_route_that_takes_a_form_is_tried_here() -> None:
    app = web_aiohttp.app.create_app(Settings.read({}))
    posts = {r.resource.canonical for r in app.router.routes() if r.method == "POST" and r.resource is not None}
    tried = {path.replace("/alice/", "/{username}/") for method, path in CHANGING if method == "POST"}
    assert posts == tried
    assert len(ROUTES) > len(tried)


@ACTIONS
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Sec-Fetch-Site": "none", "Sec-Purpose": "prefetch;prerender"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://[::1"},
        {"Origin": "http://{host}.evil.example"},
        {"Origin": "http://evil.example/{host}"},
        {"Origin": "http://{host}@evil.example"},
        {"Origin": "http://{host}", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
async def test_what_another_site_sends_is_refused_and_changes_nothing(
    browser: aiohttp.ClientSession,
    site: str,
    db: Database,
    cast: given.Cast,
    method: str,
    path: str,
    headers: dict[str, str],
) -> None:
    await sign_in(browser, "bob")
    before = await contents(db)
    spoken = {name: value.replace("{host}", site.removeprefix("http://")) for name, value in headers.items()}
    form = {"username": "alice", "password": given.PASSWORD, "password2": given.PASSWORD, "email": "@", "text": "evil"}
    page = await seen(await browser.request(method, path, headers=spoken, data=form if method == "POST" else None), 403)
    assert page.one("h1").text == "That came from elsewhere"
    assert await contents(db) == before


@ACTIONS
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "{site}"},
        {"Origin": "{site}", "Sec-Fetch-Site": "same-origin"},
    ],
    ids=str,
)
async def test_our_own_pages_the_address_bar_and_programs_are_served(
    browser: aiohttp.ClientSession, site: str, cast: given.Cast, method: str, path: str, headers: dict[str, str]
) -> None:
    await sign_in(browser, "bob")
    spoken = {name: value.replace("{site}", site) for name, value in headers.items()}
    form = {"username": "alice", "password": given.PASSWORD, "text": "mine"}
    answer = await browser.request(
        method, path, headers=spoken, data=form if method == "POST" else None, allow_redirects=False
    )
    assert answer.status == (400 if path == "/register" else 303), "Alice is there already; all else succeeds"


async def test_reading_is_open_to_links_from_everywhere(browser: aiohttp.ClientSession, cast: given.Cast) -> None:
    for path in ("/public", "/alice", "/login", "/register"):
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
        assert (await browser.get(path, headers=headers)).status == 200
