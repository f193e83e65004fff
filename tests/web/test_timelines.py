"""The pages that show messages: thirty at a time, and a plain link to older ones."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from yarl import URL

from db import Database, followers
from tests import given
from tests.conftest import Events
from tests.web.seen import Page, address, seen, sign_in
from web_aiohttp.feed import ago


def link(page: Page, words: str) -> str | None:
    """Where the link of these words below the messages leads."""
    found = [e.attributes["href"] for e in page.all("a") if words in e.text and "?" in e.attributes["href"] + "?"]
    return found[0] if found else None


async def test_strangers_are_led_from_the_front_door_to_the_public_timeline(browser: aiohttp.ClientSession) -> None:
    answer = await browser.get("/", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/public")


async def test_everyone_is_in_the_public_timeline_newest_first(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast
) -> None:
    await given.message(db, "charlie", "Charlie, too")
    page = await seen(await browser.get("/public"))
    assert page.messages == ["Charlie, too", "Alice is still here", "Alice was here"]
    assert [e.text for e in page.all("a", dir="auto")] == ["charlie", "alice", "alice"]


async def test_home_is_what_one_wrote_and_those_one_follows(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast
) -> None:
    await given.message(db, "bob", "Bob himself")
    await given.message(db, "charlie", "Charlie whom he does not follow")
    page = await sign_in(browser, "bob")
    assert page.messages == ["Bob himself", "Alice is still here", "Alice was here"]


async def test_a_profile_shows_one_user_and_their_numbers(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast
) -> None:
    await given.message(db, "bob", "not hers")
    page = await seen(await browser.get("/alice"))
    assert page.messages == ["Alice is still here", "Alice was here"]
    assert [" ".join(e.text.split()) for e in page.all("ul", class_="numbers")] == ["2 messages 1 follower 0 following"]
    page = await seen(await browser.get("/bob"))
    assert " ".join(page.one("ul", class_="numbers").text.split()) == "1 message 0 followers 1 following"


async def test_a_hidden_message_is_on_no_page(browser: aiohttp.ClientSession, db: Database, cast: given.Cast) -> None:
    await db.pool.execute("UPDATE messages SET hidden = true WHERE message_id = $1", cast.alice_wrote[0])
    await sign_in(browser, "bob")
    for path in ("/", "/public", "/alice"):
        assert (await seen(await browser.get(path))).messages == ["Alice is still here"]


@pytest.mark.parametrize("path", ["/", "/public", "/alice%2Fb"])
async def test_thirty_fit_on_a_page_and_links_lead_through_all_of_them_and_back(
    browser: aiohttp.ClientSession, db: Database, path: str
) -> None:
    await given.user(db, "alice/b")
    wrote = [f"number {n}" for n in range(75)]
    for words in wrote:
        await given.message(db, "alice/b", words)
    await sign_in(browser, "alice/b")
    found, page = [], await seen(await browser.get(address("alice/b") if "%" in path else path))
    assert link(page, "Newest") is None
    sizes = [len(page.messages)]
    found += page.messages
    while older := link(page, "Older"):
        assert older.startswith(f"{path}?before=")
        page = await seen(await browser.get(address("alice/b", older.removeprefix(path)) if "%" in path else older))
        assert link(page, "Newest") == path
        sizes.append(len(page.messages))
        found += page.messages
    assert sizes == [30, 30, 15]
    assert found == wrote[::-1]


async def test_exactly_thirty_have_no_older_ones(browser: aiohttp.ClientSession, db: Database) -> None:
    await given.user(db, "alice")
    for number in range(30):
        await given.message(db, "alice", f"number {number}")
    assert link(await seen(await browser.get("/public")), "Older") is None
    await given.message(db, "alice", "one more")
    assert link(await seen(await browser.get("/public")), "Older") == "/public?before=2"


async def test_pages_do_not_shift_while_people_write(browser: aiohttp.ClientSession, db: Database) -> None:
    await given.user(db, "alice")
    for number in range(40):
        await given.message(db, "alice", f"number {number}")
    older = link(await seen(await browser.get("/public")), "Older")
    await given.message(db, "alice", "meanwhile")
    assert (await seen(await browser.get(str(older)))).messages == [f"number {n}" for n in range(9, -1, -1)]


@pytest.mark.parametrize("before", ["", "x", "-1", "1e9", "9" * 19, "9" * 500, "%00", "٣", "1.5", "²", "+5"])
async def test_a_before_that_is_no_number_is_the_first_page(
    browser: aiohttp.ClientSession, cast: given.Cast, before: str
) -> None:
    await sign_in(browser, "bob")
    for path in ("/", "/public", "/alice"):
        page = await seen(await browser.get(f"{path}?before={before}"))
        assert page.messages == ["Alice is still here", "Alice was here"]


async def test_below_the_last_message_is_a_friendly_sentence(browser: aiohttp.ClientSession, cast: given.Cast) -> None:
    page = await seen(await browser.get("/public?before=1"))
    assert page.one(class_="nothing").text == "That was everything: there is nothing older."
    assert link(page, "Newest") == "/public"


async def test_an_empty_timeline_says_so(browser: aiohttp.ClientSession, cast: given.Cast, db: Database) -> None:
    assert "Good things take time" in (await seen(await browser.get("/charlie"))).one(class_="nothing").text
    page = await sign_in(browser, "charlie")
    assert "Write your first message" in page.one(class_="nothing").text
    page = await seen(await browser.get("/charlie"))
    assert "one form away" in page.one(class_="nothing").text
    await db.pool.execute("TRUNCATE messages")
    assert "Be the first" in (await seen(await browser.get("/public"))).one(class_="nothing").text


@pytest.mark.parametrize(
    "path", ["/nobody", "/nobody?before=1", "/Alice", "/alice/", "/alice/unknown", "/a%2Fb", "/alice%2F"]
)
async def test_what_nobody_is_called_is_a_404(browser: aiohttp.ClientSession, cast: given.Cast, path: str) -> None:
    page = await seen(await browser.get(URL(path, encoded=True)), 404)
    assert page.one("h1").text == "Nothing here"


@pytest.mark.parametrize(
    ("path", "signed_in", "statements"),
    [
        *(("/public", False, 1), ("/alice", False, 2), ("/nobody", False, 1), ("/login", False, 0), ("/", False, 0)),
        *(("/public", True, 2), ("/alice", True, 3), ("/nobody", True, 2), ("/login", True, 1), ("/", True, 2)),
    ],
)
async def test_a_page_takes_three_statements_at_most(
    browser: aiohttp.ClientSession, cast: given.Cast, events: Events, path: str, signed_in: bool, statements: int
) -> None:
    if signed_in:
        await sign_in(browser, "bob")
    await browser.get(path, allow_redirects=False)
    assert events.requests[-1]["db.statements"] == statements


async def test_following_many_is_still_two_statements(
    browser: aiohttp.ClientSession, db: Database, cast: given.Cast, events: Events
) -> None:
    for number in range(50):
        await given.user(db, f"user {number}")
        await followers.follow(db, who="bob", whom=f"user {number}")
        await given.message(db, f"user {number}", "hello")
    await sign_in(browser, "bob")
    assert len((await seen(await browser.get("/"))).messages) == 30
    assert events.requests[-1]["db.statements"] == 2


async def test_each_message_says_when_it_was_written(browser: aiohttp.ClientSession, cast: given.Cast) -> None:
    for element in (await seen(await browser.get("/public"))).all("time"):
        written = datetime.fromisoformat(element.attributes["datetime"].replace("Z", "+00:00"))
        assert abs(datetime.now(UTC) - written) < timedelta(minutes=5)
        assert element.attributes["title"].endswith(" UTC")
        assert element.text == "just now"


@pytest.mark.parametrize(
    ("elapsed", "words"),
    [
        *(
            (-5, "just now"),
            (0, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (3599, "59 min ago"),
            (3600, "1 h ago"),
        ),
        *((86_399, "23 h ago"), (86_400, "1 day ago"), (172_800, "2 days ago"), (604_799, "6 days ago")),
        *((604_800, "17 Nov 2026"), (31_536_000, "24 Nov 2025")),
    ],
)
def test_a_time_is_told_as_people_do(elapsed: int, words: str) -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert ago(now - timedelta(seconds=elapsed), now) == words
