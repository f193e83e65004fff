"""Signing up, in and out, as the contract says it."""

import aiohttp
import pytest
from werkzeug.security import generate_password_hash

from core import rules
from core.passwords import matches
from db import Database, users
from tests import given
from tests.conftest import Events
from tests.web.seen import Page, address, seen, sign_in

FORM = {"username": "dora", "email": "dora@example.com", "password": "pass", "password2": "pass"}


async def test_signing_up_stores_the_user_and_leads_to_the_sign_in_form(
    browser: aiohttp.ClientSession, db: Database
) -> None:
    answer = await browser.post("/register", data=FORM)
    page = await seen(answer)
    assert (answer.url.path, answer.history[0].status) == ("/login", 303)
    assert page.flash == "You were successfully registered and can login now"
    stored = await db.pool.fetchrow("SELECT username, email, password_hash FROM users")
    assert stored is not None
    assert (stored["username"], stored["email"]) == ("dora", "dora@example.com")
    assert matches("pass", stored["password_hash"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"username": ""}, "You have to enter a username"),
        ({"username": "  "}, "You have to enter a username"),
        ({"email": ""}, "You have to enter a valid email address"),
        ({"email": "broken"}, "You have to enter a valid email address"),
        ({"password": ""}, "You have to enter a password"),
        ({"password2": "other"}, "The two passwords do not match"),
        ({"username": "alice"}, "The username is already taken"),
        ({"username": "a\0b"}, "A NUL character cannot be stored"),
        ({"password": "a\0", "password2": "a\0"}, "A NUL character cannot be stored"),
        ({"username": "x" * 256}, "The username is too long: it may have 255 characters"),
    ],
)
async def test_a_refused_sign_up_says_why_and_keeps_what_was_entered_but_the_passwords(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, change: dict[str, str], sentence: str
) -> None:
    form = FORM | change
    page = await seen(await browser.post("/register", data=form), 400)
    assert page.problem == sentence
    kept = {"username": form["username"].replace("\0", "\ufffd"), "email": form["email"]}
    assert {name: page.value[name].replace("\0", "\ufffd") for name in kept} == kept
    assert page.value["password"] == page.value["password2"] == ""
    assert await db.pool.fetchval("SELECT count(*) FROM users") == 3


@pytest.mark.parametrize("name", sorted(rules.RESERVED_USERNAMES))
async def test_a_name_that_would_shadow_a_page_is_taken(
    browser: aiohttp.ClientSession, db: Database, name: str
) -> None:
    page = await seen(await browser.post("/register", data=FORM | {"username": name}), 400)
    assert page.problem == "The username is already taken"
    assert await db.pool.fetchval("SELECT count(*) FROM users") == 0


async def test_an_e_mail_may_be_used_twice(browser: aiohttp.ClientSession, db: Database) -> None:
    for name in ("dora", "dorothy"):
        await seen(await browser.post("/register", data=FORM | {"username": name}))
    assert await db.pool.fetchval("SELECT count(*) FROM users WHERE email = 'dora@example.com'") == 2


@pytest.mark.parametrize("password", ["x", " ", "\"'\\&<>%+", "päss wörd 🦊", "long " * 1000])
async def test_any_password_signs_up_and_in(browser: aiohttp.ClientSession, password: str) -> None:
    await seen(await browser.post("/register", data=FORM | {"password": password, "password2": password}))
    page = await seen(await browser.post("/login", data={"username": "dora", "password": password}))
    assert page.flash == "You were logged in"


async def test_the_sign_up_form_is_four_fields_and_a_button_and_nothing_stands_before_them(
    browser: aiohttp.ClientSession,
) -> None:
    page = await seen(await browser.get("/register"))
    inputs = page.all("input")
    assert [e.attributes.get("name") for e in inputs] == ["username", "email", "password", "password2", None]
    assert (inputs[4].attributes["type"], inputs[4].attributes["value"]) == ("submit", "Sign up")
    assert len(page.all("div", class_="actions")) == 1


async def test_signing_in_leads_home(browser: aiohttp.ClientSession, cast: given.Cast) -> None:
    page = await sign_in(browser, "alice")
    assert page.one("h1").text == "Your timeline"
    assert page.one("a", title="Your page").attributes["href"] == "/alice"


@pytest.mark.parametrize(
    ("username", "password", "sentence"),
    [
        ("nobody", given.PASSWORD, "Invalid username"),
        ("", "", "Invalid username"),
        ("alice\0", given.PASSWORD, "Invalid username"),
        ("Alice", given.PASSWORD, "Invalid username"),
        ("alice", "wrong", "Invalid password"),
        ("alice", "", "Invalid password"),
    ],
)
async def test_a_refused_sign_in_says_what_was_wrong(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, username: str, password: str, sentence: str
) -> None:
    answer = await browser.post("/login", data={"username": username, "password": password})
    assert (await seen(answer, 400)).problem == sentence
    assert "session" not in answer.cookies
    assert await db.pool.fetchval("SELECT count(*) FROM sessions") == 0


async def test_the_numbers_and_the_log_know_sign_ins_but_no_failed_name(
    browser: aiohttp.ClientSession, cast: given.Cast, events: Events
) -> None:
    await browser.post("/login", data={"username": "mistyped-password", "password": "x"})
    await browser.post("/login", data={"username": "bob", "password": "x"})
    await sign_in(browser, "alice")
    told = [event for event in events.all if event.get("event.category") == ["authentication"]]
    assert [(e["event.outcome"], e.get("user.id")) for e in told] == [
        ("failure", None),
        ("failure", str(cast.bob)),
        ("success", str(cast.alice)),
    ]
    assert "mistyped-password" not in events.text
    numbers = await (await browser.get("/metrics")).text()
    assert 'sign_ins_total{result="failure"}' in numbers
    assert 'sign_ins_total{result="success"}' in numbers


async def test_an_outdated_hash_is_replaced_when_its_owner_signs_in(
    browser: aiohttp.ClientSession, db: Database
) -> None:
    old = generate_password_hash(given.PASSWORD, "pbkdf2:sha256:1000")
    await users.register(db, username="dora", email="d@example.com", password_hash=old)
    await seen(await browser.post("/login", data={"username": "dora", "password": "wrong"}), 400)
    assert await db.pool.fetchval("SELECT password_hash FROM users") == old
    await sign_in(browser, "dora")
    new = await db.pool.fetchval("SELECT password_hash FROM users")
    assert new.startswith("$argon2id$")
    await sign_in(browser, "dora")
    assert await db.pool.fetchval("SELECT password_hash FROM users") == new


@pytest.mark.parametrize("path", ["/login", "/register"])
async def test_whoever_is_signed_in_is_sent_home_from_the_forms(
    browser: aiohttp.ClientSession, cast: given.Cast, path: str
) -> None:
    await sign_in(browser, "alice")
    answer = await browser.get(path)
    assert answer.url.path == "/"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_signing_out_ends_the_session_on_the_server(
    browser: aiohttp.ClientSession, site: str, db: Database, cast: given.Cast, method: str
) -> None:
    await sign_in(browser, "alice")
    kept = {cookie.key: cookie.value for cookie in browser.cookie_jar}
    page = await seen(await browser.request(method, "/logout"))
    assert page.flash == "You were logged out"
    assert "session" not in {cookie.key for cookie in browser.cookie_jar}
    assert await db.pool.fetchval("SELECT count(*) FROM sessions") == 0
    async with given.browser(site) as thief:
        answer = await thief.get("/", cookies=kept)
        assert answer.url.path == "/public", "a cookie that was kept opens nothing any more"


async def test_a_head_request_signs_nobody_out(browser: aiohttp.ClientSession, db: Database, cast: given.Cast) -> None:
    await sign_in(browser, "alice")
    assert (await browser.head("/logout")).status == 405
    assert await db.pool.fetchval("SELECT count(*) FROM sessions") == 1


@pytest.mark.parametrize(
    "name",
    [
        *(
            "two words",
            "a/b",
            "/",
            "a%2Fb",
            "50%",
            "%",
            "what?",
            "#1",
            "a+b",
            "a&b=c",
            "it's",
            '"quoted"',
            "<b>",
            "a{b}",
        ),
        *(
            "..a",
            "...",
            "a\\b",
            "a;b",
            "a:b",
            "@x",
            "line\nbreak",
            "tab\t",
            "🦊",
            "Søren",
            "שלום",
            "x.svg",
            "follow",
            "é",
        ),
        *(
            "x" * 255,
            "🦊" * 255,
            " padded ",
            "%2e%2e",
            "%00",
            "a\x7fb",
            "\u202eabc",
            "Login",
            "users",
            "index.html",
            "login\n",
            "public/x",
        ),
    ],
)
async def test_any_name_signs_up_in_is_followed_and_has_a_page_and_a_picture(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, name: str
) -> None:
    await seen(await browser.post("/register", data=FORM | {"username": name}))
    page = await seen(await browser.post("/login", data={"username": name, "password": "pass"}))
    own = page.one("a", title="Your page").attributes["href"]
    assert own == str(address(name))
    await seen(await browser.post("/add_message", data={"text": "mine"}))
    page = await seen(await browser.get(address(name)))
    assert (page.one("h1").text, page.messages) == (name, ["mine"])
    assert (await browser.get(address(name).with_path(f"/avatars{own}.svg", encoded=True))).status == 200
    await browser.post("/logout")
    await sign_in(browser, "bob")
    for rest, sentence in (("/follow", "now"), ("/unfollow", "no longer")):
        page = await seen(await browser.post(address(name, rest)))
        assert page.flash == f'You are {sentence} following "{name}"'
        assert page.one("h1").text == name


def test_html_entities_in_the_sentence_are_those_that_the_public_suite_expects() -> None:
    """Jinja writes `&#34;`, which that suite looks for in the raw page; the parser of these tests sees through it."""
    assert Page("<p class=flashes>&#34;foo&#34;</p>").flash == '"foo"'
