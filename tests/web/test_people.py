"""The lists of who follows a user and whom they follow: fifty at a time, and a plain link to older ones."""

import aiohttp
import pytest

from db import Database, followers
from tests import given
from tests.conftest import Events
from tests.web.seen import Page, address, seen, sign_in

LISTS = pytest.mark.parametrize("part", ["followers", "following"])


def people(page: Page) -> list[str]:
    """The names in the list, from top to bottom."""
    return [e.text for e in page.all("span", dir="auto") if e.text]


def way(page: Page, words: str) -> str | None:
    """Where the link of these words below the list leads."""
    found = [e.attributes["href"] for e in page.all("a") if words in e.text]
    return found[0] if found else None


def sentence(page: Page) -> str:
    """What stands in the place of an empty list."""
    return " ".join(page.one("p", class_="nothing").text.split())


async def crowd(db: Database, user_id: int, part: str, size: int) -> list[str]:
    """The names of so many new users, oldest first, who follow this user, or whom this user follows."""
    names = [f"user {number}" for number in range(size)]
    ids = await db.pool.fetch(
        "INSERT INTO users (username, email, password_hash) SELECT n, '', '' "
        "FROM unnest($1::text[]) WITH ORDINALITY AS t (n, i) ORDER BY i RETURNING user_id",
        names,
    )
    pairs = [(row[0], user_id) if part == "followers" else (user_id, row[0]) for row in ids]
    await db.pool.executemany("INSERT INTO followers (who_id, whom_id) VALUES ($1, $2)", pairs)
    return names


async def test_the_numbers_on_a_profile_lead_to_the_lists(browser: aiohttp.ClientSession, cast: given.Cast) -> None:
    page = await seen(await browser.get("/alice"))
    assert [(" ".join(e.text.split()), e.attributes["href"]) for e in page.all("a") if "follow" in e.text] == [
        ("1 follower", "/alice/followers"),
        ("0 following", "/alice/following"),
    ]
    assert people(await seen(await browser.get("/alice/followers"))) == ["bob"]
    assert people(await seen(await browser.get("/bob/following"))) == ["alice"]


async def test_a_list_says_whose_it_is_and_leads_to_each_profile_and_to_the_other_list(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast
) -> None:
    await followers.follow(db, who="charlie", whom="alice")
    page = await seen(await browser.get("/alice/followers"))
    assert (page.one("h1").text, page.one("title").text) == ("Followers of alice", "Followers of alice · MiniTwit")
    assert people(page) == ["charlie", "bob"], "the newest registered first"
    listed = page.one("ul", class_="people")
    assert page.one(id=listed.attributes["aria-labelledby"]).tag == "h1"
    assert {"/alice", "/alice/following", "/bob", "/charlie"} <= {e.attributes["href"] for e in page.all("a")}
    assert page.one("a", **{"aria-current": "page"}).text == "Followers"
    page = await seen(await browser.get("/bob/following"))
    assert (page.one("h1").text, page.one("title").text) == ("Followed by bob", "Followed by bob · MiniTwit")
    assert page.one("a", **{"aria-current": "page"}).text == "Following"


@pytest.mark.parametrize(
    ("visit", "words"),
    [
        ("/charlie/followers", "Nobody follows charlie yet."),
        ("/charlie/following", "charlie follows nobody yet."),
        ("/charlie/followers charlie", "Nobody follows you yet. People find you in the public timeline."),
        ("/charlie/following charlie", "You follow nobody yet. Find someone in the public timeline."),
        ("/charlie/following bob", "charlie follows nobody yet."),
        ("/alice/followers?before=1", "That was everyone."),
    ],
)
async def test_an_empty_list_says_so(browser: aiohttp.ClientSession, cast: given.Cast, visit: str, words: str) -> None:
    path, *who = visit.split()
    if who:
        await sign_in(browser, who[0])
    assert sentence(await seen(await browser.get(path))) == words


@LISTS
async def test_fifty_fit_on_a_page_and_links_lead_through_all_of_them_and_back(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, part: str
) -> None:
    names = await crowd(db, cast.charlie, part, 120)
    page = await seen(await browser.get(f"/charlie/{part}"))
    assert way(page, "Newest") is None
    found = [people(page)]
    while older := way(page, "Older"):
        page = await seen(await browser.get(older))
        assert way(page, "Newest") == f"/charlie/{part}"
        found.append(people(page))
    assert [len(some) for some in found] == [50, 50, 20]
    assert [name for some in found for name in some] == names[::-1]


@LISTS
async def test_exactly_fifty_have_no_older_ones(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, part: str
) -> None:
    await crowd(db, cast.charlie, part, 50)
    assert way(await seen(await browser.get(f"/charlie/{part}")), "Older") is None
    who, whom = ("bob", "charlie") if part == "followers" else ("charlie", "bob")
    await followers.follow(db, who=who, whom=whom)
    older = way(await seen(await browser.get(f"/charlie/{part}")), "Older")
    assert older == f"/charlie/{part}?before=4", "the eldest of the fifty"
    assert people(await seen(await browser.get(older))) == ["bob"]


@LISTS
async def test_a_name_may_hold_anything(browser: aiohttp.ClientSession, db: Database, part: str) -> None:
    names = ["Søren O'Hara / 50% 🦊", '<b>"x"</b> & ?#', "followers"]
    for name in names:
        await given.user(db, name)
    for name in names:
        for other in names:
            await followers.follow(db, who=name, whom=other)
    for name in names:
        page = await seen(await browser.get(address(name, f"/{part}")))
        assert people(page) == names[::-1]
        assert page.one("h1").text in {f"Followers of {name}", f"Followed by {name}"}
        leading = {e.attributes["href"] for e in page.all("a")}
        assert {str(address(each)) for each in names} <= leading
        assert {str(address(name, "/followers")), str(address(name, "/following"))} <= leading


@LISTS
async def test_a_name_that_nobody_has_is_a_404(browser: aiohttp.ClientSession, cast: given.Cast, part: str) -> None:
    for name in ("nobody", "a%2Fb", "%F0%9F%A6%8A", "login", "static"):
        page = await seen(await browser.get(f"/{name}/{part}"), 404)
        assert page.one("h1").text == "Nothing here"
    await seen(await browser.get(f"/%00x/{part}"), 400)
    await seen(await browser.post(f"/alice/{part}"), 405)


@LISTS
@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 19, "9" * 500, "%00", "٣", "+5"])
async def test_a_before_that_is_no_number_is_the_first_page(
    browser: aiohttp.ClientSession, cast: given.Cast, part: str, before: str
) -> None:
    name, other = ("alice", "bob") if part == "followers" else ("bob", "alice")
    page = await seen(await browser.get(f"/{name}/{part}?before={before}"))
    assert people(page) == [other]


@LISTS
async def test_a_list_is_one_statement_beside_the_one_that_finds_out_who_is_asking(
    browser: aiohttp.ClientSession, cast: given.Cast, events: Events, part: str
) -> None:
    await browser.get(f"/alice/{part}")
    assert (events.requests[-1]["db.statements"], events.requests[-1]["http.route"]) == (1, f"/{{username}}/{part}")
    await sign_in(browser, "bob")
    await browser.get(f"/alice/{part}")
    assert events.requests[-1]["db.statements"] == 2
