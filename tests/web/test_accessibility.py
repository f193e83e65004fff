"""Every page can be used by everyone: language, title, landmarks, one heading, a label for each field."""

import aiohttp
import pytest

from tests import given
from tests.web.seen import FORMS, Page, seen, sign_in


async def visited(browser: aiohttp.ClientSession, visit: str) -> Page:
    """The page of `GET /public 200 bob`: a method, a path, the status and, perhaps, who is signed in."""
    method, path, status, *who = visit.split()
    if who:
        await sign_in(browser, who[0])
    form = {"username": "alice", "text": "lost words"} if method == "POST" else None
    return await seen(await browser.request(method, path, data=form), int(status))


VISITS = pytest.mark.parametrize(
    "visit",
    [
        *("GET /public 200", "GET /public?before=1 200", "GET /alice 200", "GET /login 200", "GET /register 200"),
        *("GET /nobody 404", "POST /login 400", "POST /register 400", "POST /add_message 401", "POST /alice 405"),
        *("GET / 200 bob", "GET /?before=1 200 bob", "GET /public 200 bob", "GET /alice 200 bob", "GET /bob 200 bob"),
        *("GET /alice/followers 200", "GET /alice/following 200", "GET /alice/followers?before=1 200"),
        *("GET /alice/followers 200 bob", "GET /bob/following 200 bob", "GET /charlie/following 200 bob"),
        *("GET /charlie 200 bob", "GET /nobody 404 bob", "GET /a/b/c 404 bob"),
    ],
)


@VISITS
async def test_a_page_has_a_language_a_title_landmarks_and_one_heading(
    browser: aiohttp.ClientSession, cast: given.Cast, visit: str
) -> None:
    page = await visited(browser, visit)
    assert page.html.startswith("<!doctype html>\n")
    assert page.one("html").attributes["lang"] == "en"
    assert page.one("title").text.endswith(" · MiniTwit")
    assert len(page.one("title").text) > len(" · MiniTwit")
    assert page.one("meta", name="description").attributes["content"]
    assert page.one("meta", name="viewport").attributes["content"] == "width=device-width, initial-scale=1"
    assert page.one("h1").text.strip()
    for landmark in ("header", "main", "footer"):
        assert len(page.all(landmark)) == 1, landmark
    names = [nav.attributes["aria-label"] for nav in page.all("nav")]
    assert len(set(names)) == len(names) > 0
    assert page.one("a", class_="skip").attributes["href"] == f"#{page.one('main').attributes['id']}"


@VISITS
async def test_each_field_has_a_label_each_button_words_and_each_picture_a_size(
    browser: aiohttp.ClientSession, cast: given.Cast, visit: str
) -> None:
    page = await visited(browser, visit)
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert len(set(ids)) == len(ids), "an id stands for one element"
    for field in page.elements:
        if field.tag in FORMS and field.attributes.get("type") not in {"submit", "hidden"}:
            assert page.one("label", for_=field.attributes["id"]).text.strip()
        if described := field.attributes.get("aria-describedby"):
            assert page.one(id=described).text
        if field.tag in {"a", "button"}:
            assert field.text.strip()
        if field.tag == "img":
            assert field.attributes["alt"] == "", "the name stands beside it"
            assert field.attributes["width"].isdigit()
            assert field.attributes["height"].isdigit()


@VISITS
async def test_the_way_on_fits_who_is_asking(browser: aiohttp.ClientSession, cast: given.Cast, visit: str) -> None:
    page = await visited(browser, visit)
    ways = {e.attributes.get("href") or e.attributes.get("action") for e in page.elements}
    signed_in = visit.endswith("bob")
    assert "/public" in ways
    assert ("/logout" in ways) <= signed_in
    assert ("/login" in ways) == (not signed_in), "whoever is signed in is not asked to sign in"


async def test_passwords_and_names_are_known_to_password_managers(browser: aiohttp.ClientSession) -> None:
    filled = {
        path: {
            e.attributes["name"]: e.attributes["autocomplete"]
            for e in (await seen(await browser.get(path))).all("input")
            if "name" in e.attributes
        }
        for path in ("/login", "/register")
    }
    assert filled["/login"] == {"username": "username", "password": "current-password"}
    assert filled["/register"] == {
        **{"username": "username", "email": "email"},
        **{"password": "new-password", "password2": "new-password"},
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "alice"}, "username"),
        ({"email": "nowhere"}, "email"),
        ({"password": "", "password2": ""}, "password"),
        ({"password2": "another"}, "password2"),
    ],
)
async def test_the_field_that_is_wrong_says_so_and_no_other(
    browser: aiohttp.ClientSession, cast: given.Cast, changes: dict[str, str], field: str
) -> None:
    form = {"username": "dora", "email": "dora@example.com", "password": "secret", "password2": "secret"} | changes
    page = await seen(await browser.post("/register", data=form), 400)
    assert [element.attributes["name"] for element in page.all("input", aria_invalid="true")] == [field]
    assert (
        page.one("input", aria_invalid="true").attributes["aria-describedby"] == page.one(role="alert").attributes["id"]
    )


async def test_what_has_just_happened_is_read_out_first(browser: aiohttp.ClientSession, cast: given.Cast) -> None:
    wrong = await seen(await browser.post("/login", data={"username": "alice", "password": "wrong"}), 400)
    assert wrong.one("title").text == "Invalid password · Sign in · MiniTwit"
    page = await sign_in(browser, "alice")
    assert page.one("title").text == "You were logged in · Your timeline · MiniTwit"
    assert (await seen(await browser.get("/"))).one("title").text == "Your timeline · MiniTwit"


@pytest.mark.parametrize(
    ("path", "hidden"), [("/public", 0), ("/public?before=9", 1), ("/alice/followers?before=9", 1)]
)
async def test_a_search_engine_keeps_the_newest_page_alone(
    browser: aiohttp.ClientSession, cast: given.Cast, path: str, hidden: int
) -> None:
    assert len((await seen(await browser.get(path))).all("meta", name="robots", content="noindex")) == hidden
