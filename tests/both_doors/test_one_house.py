"""What one door writes, the other shows at once."""

import aiohttp
import pytest
from yarl import URL

from db import Database
from tests import given

PASSWORD = "correct \"horse\" & 'battery' <%> \\"

NAMES = ["Grace Hopper", "a/b", 'O\'Hara "<b>"', "🦊", "100% #1?"]


def page_of(name: str) -> URL:
    return URL("/").with_path("/" + name.replace("%", "%25").replace("/", "%2F"), encoded=False)


async def register_by_api(program: aiohttp.ClientSession, name: str) -> None:
    answer = await program.post("/register", json={"username": name, "email": "g@example.com", "pwd": PASSWORD})
    assert answer.status == 204


async def sign_up(browser: aiohttp.ClientSession, name: str) -> None:
    form = {"username": name, "email": "g@example.com", "password": PASSWORD, "password2": PASSWORD}
    page = await (await browser.post("/register", data=form)).text()
    assert "You were successfully registered and can login now" in page


async def sign_in(browser: aiohttp.ClientSession, name: str) -> None:
    page = await (await browser.post("/login", data={"username": name, "password": PASSWORD})).text()
    assert "You were logged in" in page


def signed(name: str) -> dict[str, str]:
    return {"Authorization": aiohttp.encode_basic_auth(name, PASSWORD)}


@pytest.mark.parametrize("name", NAMES)
async def test_a_password_set_by_the_api_signs_in_on_the_site(
    program: aiohttp.ClientSession, browser: aiohttp.ClientSession, name: str
) -> None:
    await register_by_api(program, name)
    await sign_in(browser, name)
    page = await (await browser.post("/add_message", data={"text": "Written on the site"})).text()
    assert "Your message was recorded" in page
    answer = await program.get("/msgs", headers=given.SIMULATOR)
    assert [(m["user"], m["content"]) for m in await answer.json()] == [(name, "Written on the site")]


@pytest.mark.parametrize("name", NAMES)
async def test_a_password_set_on_the_site_opens_the_api(
    program: aiohttp.ClientSession, browser: aiohttp.ClientSession, name: str
) -> None:
    await sign_up(browser, name)
    assert (await program.post("/login", headers=signed(name))).status == 204
    at = URL("/msgs/" + URL.build(path=name).raw_path.replace("/", "%2F"), encoded=True)
    assert (await program.post(at, json={"content": "Written by a program"}, headers=signed(name))).status == 204
    assert "Written by a program" in await (await browser.get("/public")).text()
    await sign_in(browser, name)
    assert "Written by a program" in await (await browser.get("/")).text()


async def test_a_name_taken_at_one_door_is_taken_at_the_other(
    program: aiohttp.ClientSession, browser: aiohttp.ClientSession
) -> None:
    await register_by_api(program, "first")
    form = {"username": "first", "email": "g@example.com", "password": "x", "password2": "x"}
    assert "The username is already taken" in await (await browser.post("/register", data=form)).text()
    await sign_up(browser, "second")
    answer = await program.post("/register", json={"username": "second", "email": "g@e", "pwd": "x"})
    assert await answer.json() == {"status": 400, "error_msg": "The username is already taken"}


async def test_following_at_one_door_fills_the_timeline_at_the_other(
    program: aiohttp.ClientSession, browser: aiohttp.ClientSession, db: Database
) -> None:
    await given.cast(db)
    await register_by_api(program, "reader")
    await sign_in(browser, "reader")
    assert "Alice was here" not in await (await browser.get("/")).text()
    assert (await program.post("/fllws/reader", json={"follow": "alice"}, headers=given.SIMULATOR)).status == 204
    assert "Alice was here" in await (await browser.get("/")).text()
    page = await (await browser.post("/bob/follow")).text()
    assert "You are now following &#34;bob&#34;" in page
    follows = await program.get("/fllws/reader", headers=given.SIMULATOR)
    assert await follows.json() == {"follows": ["alice", "bob"]}
    page = await (await browser.post("/alice/unfollow")).text()
    assert "You are no longer following &#34;alice&#34;" in page
    follows = await program.get("/fllws/reader", headers=given.SIMULATOR)
    assert await follows.json() == {"follows": ["bob"]}


@pytest.mark.parametrize("name", ["login", "public", "static", "healthz", "register", "logout", "add_message"])
async def test_a_name_that_would_shadow_a_page_is_taken_at_both_doors(
    program: aiohttp.ClientSession, browser: aiohttp.ClientSession, db: Database, name: str
) -> None:
    answer = await program.post("/register", json={"username": name, "email": "a@b", "pwd": "x"})
    assert (await answer.json())["error_msg"] == "The username is already taken"
    form = {"username": name, "email": "a@b", "password": "x", "password2": "x"}
    assert "The username is already taken" in await (await browser.post("/register", data=form)).text()
    assert await db.pool.fetchval("SELECT count(*) FROM users") == 0
