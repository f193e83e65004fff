"""Reading a list from its newest entry to its oldest while people write: what each page has to hold."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from hypothesis import example
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import astuple

from db import Database, followers, messages, timelines
from db.queries import Query
from tests import given

PEOPLE = 5

Deed: TypeAlias = tuple[str, int, int]
"""What somebody does: to post, hide, unhide, follow or unfollow; the numbers are people or messages."""

Page: TypeAlias = Callable[[Database, int, int, int], Awaitable[list[Any] | None]]
"""A page of the list that belongs to the person of this number: what is below a key, and how many of it."""

NEWEST = timelines.NEWEST

_PERSON = st.integers(0, PEOPLE - 1)
_DEEDS = [
    *[st.tuples(st.just("post"), _PERSON, st.just(0))] * 4,
    *[st.tuples(st.just("follow"), _PERSON, _PERSON)] * 3,
    *[st.tuples(st.just(deed), st.integers(0, 30), st.just(0)) for deed in ("hide", "unhide")],
    st.tuples(st.just("unfollow"), _PERSON, _PERSON),
]
BOUNDS = [(50, 140, 5000), (0, 0, 5000), (0, 0, 7), (2, 3, 3), (0, 4, 2), (0, 0, 0)]
"""Of timelines/followed: small ones make each of its ways do its part among five people."""


@dataclass(frozen=True)
class Story:
    """What happened before somebody began to read, what happens after each page, and how they read."""

    before: list[Deed]
    meanwhile: list[list[Deed]]
    size: int
    bounds: tuple[int, int, int]


STORIES = st.builds(
    Story,
    before=st.lists(st.one_of(_DEEDS), min_size=5, max_size=45),
    meanwhile=st.lists(st.lists(st.one_of(_DEEDS), max_size=3), max_size=4),
    size=st.integers(1, 12),
    bounds=st.sampled_from(BOUNDS),
)

EVERYBODY_WROTE: list[Deed] = [
    *[("post", author, 0) for author in (4, 4, 4, 3, 3, 0, 2, 0, 2, 1, 0, 1, 2, 0, 1, 2, 0)],
    *[("follow", who, whom) for who in range(4) for whom in range(who, PEOPLE)],
    *[("hide", number, 0) for number in (3, 10)],
]
"""Some fell silent early; the first registered follows everyone, the last nobody."""

_MEANWHILE: list[list[Deed]] = [
    [("post", 0, 0), ("post", 3, 0), ("hide", 14, 0)],
    [("unhide", 10, 0), ("follow", 4, 0), ("hide", 0, 0)],
    [("unfollow", 0, 2), ("post", 2, 0)],
]

TELLING = [
    Story(EVERYBODY_WROTE, [], 1, (0, 0, 0)),
    *[
        Story(EVERYBODY_WROTE, _MEANWHILE, size, bounds)
        for size, bounds in zip((1, 2, 3, 1, 1, 2), BOUNDS[::-1], strict=True)
    ],
]
"""Stories that most mistakes in a query cannot survive."""

_MESSAGES = """
    SELECT message_id, username, content, published_at FROM messages JOIN users ON user_id = author_id
    WHERE NOT hidden AND $1::bigint > 0 AND ({}) ORDER BY message_id DESC
"""
_PEOPLE = (
    "SELECT user_id, username FROM users WHERE user_id IN (SELECT {} FROM followers WHERE {} = $1) ORDER BY 1 DESC"
)

LISTS: dict[str, tuple[Page, str]] = {
    "timelines/public": (
        lambda db, _, before, limit: timelines.public(db, before=before, limit=limit),
        _MESSAGES.format("true"),
    ),
    "timelines/by_author": (
        lambda db, n, before, limit: timelines.by_author(db, username=name(n), before=before, limit=limit),
        _MESSAGES.format("author_id = $1"),
    ),
    "timelines/followed": (
        lambda db, n, before, limit: timelines.followed(db, user_id=n + 1, before=before, limit=limit),
        _MESSAGES.format("author_id = $1 OR author_id IN (SELECT whom_id FROM followers WHERE who_id = $1)"),
    ),
    "followers/followers": (
        lambda db, n, before, limit: followers.followers(db, username=name(n), before=before, limit=limit),
        _PEOPLE.format("who_id", "whom_id"),
    ),
    "followers/followees": (
        lambda db, n, before, limit: followers.followees(db, username=name(n), before=before, limit=limit),
        _PEOPLE.format("whom_id", "who_id"),
    ),
}
"""Each list by its query: how a page is read, and the plainest SQL for the whole of it, both by person."""


@dataclass
class World:
    """Five people, who do what a story says."""

    db: Database
    posted: list[int] = field(default_factory=list)

    async def begin(self) -> None:
        await given.nothing(self.db)
        await self.db.pool.execute(
            "INSERT INTO users (username, email, password_hash) "
            "SELECT name, '', '' FROM unnest($1::text[]) WITH ORDINALITY AS t (name, n) ORDER BY n",
            [name(number) for number in range(PEOPLE)],
        )

    async def happen(self, deeds: list[Deed]) -> None:
        for deed, one, other in deeds:
            if deed == "post":
                words = f"message {len(self.posted)}"
                posted = await messages.post(self.db, username=name(one), content=words)
                assert posted is not None
                self.posted.append(posted)
            elif deed in {"follow", "unfollow"}:
                change = followers.follow if deed == "follow" else followers.unfollow
                await change(self.db, who=name(one), whom=name(other))
            elif self.posted:
                turn = messages.hide if deed == "hide" else messages.unhide
                await turn(self.db, message_id=self.posted[one % len(self.posted)])


def name(number: int) -> str:
    """What the person of this number is called; the order of names is not that of registration."""
    return "edcba"[number]


async def every_walk_holds(db: Database, query: str, story: Story) -> None:
    """Every reader of this list finds on every page what the story asks for."""
    world, reader = World(db), with_bounds(db, *story.bounds)
    await world.begin()
    await world.happen(story.before)
    for number in range(1 if query == "timelines/public" else PEOPLE):
        await walk_holds(world, reader, query, number, story)


async def walk_holds(world: World, reader: Database, query: str, number: int, story: Story) -> None:
    """One walk from the newest to the oldest. Whatever happens between two pages:

    * a page is the `size` newest of what is in the list at that moment and below the key of the page before it, so
      what was hidden or unfollowed meanwhile is gone, and what was posted meanwhile waits at the top;
    * nothing comes twice, and keys only fall;
    * what was in the list at each page is on one of them.
    """
    page, naive = LISTS[query]
    before, shown, always = NEWEST, list[Any](), None
    meanwhile = iter(story.meanwhile)
    while True:
        there = [tuple(row) for row in await reader.pool.fetch(naive, number + 1)]
        found = await page(reader, number, before, story.size)
        assert found is not None, "a list may be empty, but its owner is known"
        some = [plain(row) for row in found]
        assert some == [row for row in there if row[0] < before][: story.size]
        shown += some
        always = set(there) if always is None else always & set(there)
        if len(some) < story.size:
            break
        before = some[-1][0]
        await world.happen(next(meanwhile, []))
    keys = [row[0] for row in shown]
    assert keys == sorted(set(keys), reverse=True)
    assert always <= set(shown)


def plain(row: Struct) -> tuple[Any, ...]:
    return astuple(row)


def with_bounds(db: Database, large: int, huge: int, walk: int) -> Database:
    """The same database, where timelines/followed walks for who has more than `large` authors, at most `walk` messages,
    and asks newest_messages for who has more than `huge`, behind the first page one more."""
    query, sql = db.queries["timelines/followed"], db.queries["timelines/followed"].sql
    for old, new, times in (
        ("count(*) > 50", f"count(*) > {large}", 1),
        ("THEN 140 ELSE 330", f"THEN {huge} ELSE {huge + 1}", 1),
        ("5000", f"{walk}", 3),
    ):
        assert sql.count(old) == times, old
        sql = sql.replace(old, new)
    return with_query(db, replace(query, sql=sql))


def with_query(db: Database, query: Query) -> Database:
    """The same database, asked by this query in the place of the one of its name."""
    return Database(db.pool, {**db.queries, query.name: query})


def telling(test: Callable[..., Any]) -> Callable[..., Any]:
    """The test, of the stories that tell most first."""
    for story in reversed(TELLING):
        test = example(story=story)(test)
    return test
