"""timelines: newest first, page by page, and never a row lost or invented."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import Database, messages, timelines
from db.rows import Message
from db.timelines import NEWEST
from tests.given import Cast, message, user

Page = Callable[[int, int], Awaitable[list[Message]]]
"""A page of a timeline: what is older than a message, and how many of it."""


async def test_newest_first(db: Database, cast: Cast) -> None:
    first, second = await timelines.public(db, limit=30)
    assert (first.content, second.content) == ("Alice is still here", "Alice was here")
    assert first.author == "alice"
    assert first.published_at >= second.published_at
    assert first.published_at.tzinfo is not None


async def test_readers_see_their_own_messages_and_those_of_their_followees(db: Database, cast: Cast) -> None:
    await message(db, "bob", "Bob speaks")
    await message(db, "charlie", "Charlie speaks")
    contents = [m.content for m in await timelines.followed(db, user_id=cast.bob, limit=30)]
    assert contents == ["Bob speaks", "Alice is still here", "Alice was here"]
    assert [m.content for m in await timelines.followed(db, user_id=cast.charlie, limit=30)] == ["Charlie speaks"]


async def test_an_author_who_wrote_nothing_is_told_apart_from_a_name_that_nobody_has(db: Database, cast: Cast) -> None:
    assert await timelines.by_author(db, username="charlie", limit=30) == []
    assert await timelines.by_author(db, username="nobody", limit=30) is None
    assert await timelines.by_author(db, username="alice", limit=0) == []
    assert await timelines.by_author(db, username="alice", before=cast.alice_wrote[0], limit=30) == []


async def test_a_silent_followee_is_found_behind_thousands_of_newer_messages(db: Database, cast: Cast) -> None:
    """Bob follows more than 200, so the newest 5,000 messages are walked first; then newest_messages is asked."""
    await db.pool.execute(
        "INSERT INTO messages (author_id, content) SELECT $1, 'noise' FROM generate_series(1, 5100)", cast.charlie
    )
    await db.pool.execute(
        "WITH more AS (INSERT INTO users (username, email, password_hash) "
        "SELECT 'silent ' || n, '', '' FROM generate_series(1, 300) AS n RETURNING user_id) "
        "INSERT INTO followers (who_id, whom_id) SELECT $1, user_id FROM more",
        cast.bob,
    )
    page = await timelines.followed(db, user_id=cast.bob, limit=30)
    assert [m.content for m in page] == ["Alice is still here", "Alice was here"]
    await message(db, "alice", "Alice is back")
    page = await timelines.followed(db, user_id=cast.bob, limit=30)
    assert [m.content for m in page] == ["Alice is back", "Alice is still here", "Alice was here"]


GRAPH = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12, unique=True)
WRITTEN = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["shown", "hidden", "unhidden"])), min_size=5, max_size=45
)


@pytest.mark.parametrize(
    "bounds",
    [(50, 200, 5000), (0, 0, 5000), (0, 0, 7), (2, 3, 3), (0, 4, 2), (0, 0, 0)],
    ids=str,
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=GRAPH, written=WRITTEN, size=st.integers(1, 9))
async def test_page_by_page_each_timeline_holds_what_the_naive_query_finds(
    db: Database,
    bounds: tuple[int, int, int],
    graph: list[tuple[int, int]],
    written: list[tuple[int, str]],
    size: int,
) -> None:
    """Small bounds make each way of timelines/followed do its part on graphs small enough to generate."""
    await db.pool.execute(
        "TRUNCATE users, messages, followers, sessions, user_counts, newest_messages RESTART IDENTITY"
    )
    ids = [await user(db, f"user {number}") for number in range(5)]
    pairs = [(ids[who], ids[whom]) for who, whom in graph]
    await db.pool.executemany("INSERT INTO followers (who_id, whom_id) VALUES ($1, $2)", pairs)
    for author, fate in written:
        message_id = await message(db, f"user {author}", fate)
        if fate != "shown":
            await messages.hide(db, message_id=message_id)
        if fate == "unhidden":
            await messages.unhide(db, message_id=message_id)

    other = with_bounds(db, *bounds)

    async def public(before: int, limit: int) -> list[Message]:
        return await timelines.public(other, before=before, limit=limit)

    assert await whole(public, size) == await naive(db, "true")
    for number, user_id in enumerate(ids):

        async def by_author(before: int, limit: int, name: str = f"user {number}") -> list[Message]:
            return await timelines.by_author(other, username=name, before=before, limit=limit) or []

        async def followed(before: int, limit: int, user_id: int = user_id) -> list[Message]:
            return await timelines.followed(other, user_id=user_id, before=before, limit=limit)

        assert await whole(by_author, size) == await naive(db, f"author_id = {user_id}")
        own_or_followed = f"(SELECT whom_id FROM followers WHERE who_id = {user_id}) OR author_id = {user_id}"
        assert await whole(followed, size) == await naive(db, f"author_id IN {own_or_followed}")


def with_bounds(db: Database, large: int, huge: int, walk: int) -> Database:
    """The same database, where timelines/followed walks for who has more than `large` authors, at most `walk` messages,
    and asks newest_messages for who has more than `huge`, behind the first page one more."""
    query, sql = db.queries["timelines/followed"], db.queries["timelines/followed"].sql
    for old, new, times in (
        ("count(*) > 50", f"count(*) > {large}", 1),
        ("THEN 200 ELSE 330", f"THEN {huge} ELSE {huge + 1}", 1),
        ("5000", f"{walk}", 3),
    ):
        assert sql.count(old) == times, old
        sql = sql.replace(old, new)
    return Database(db.pool, {**db.queries, query.name: replace(query, sql=sql)})


async def whole(page: Page, size: int) -> list[tuple[int, str, str]]:
    """The timeline from its newest to its oldest message, page by page."""
    found: list[Message] = []
    before = NEWEST
    while some := await page(before, size):
        assert len(some) <= size
        found += some
        before = some[-1].message_id
    return [(m.message_id, m.author, m.content) for m in found]


async def naive(db: Database, condition: str) -> list[tuple[int, str, str]]:
    """The same by the plainest SQL there is."""
    rows = await db.pool.fetch(
        "SELECT message_id, username, content FROM messages JOIN users ON user_id = author_id "
        f"WHERE NOT hidden AND ({condition}) ORDER BY message_id DESC"
    )
    return [tuple(row) for row in rows]


async def test_the_newest_message_of_each_author_is_known_whoever_writes_at_the_same_time(
    db: Database, cast: Cast
) -> None:
    posted: list[int] = []

    async def write(number: int) -> None:
        posted.append(await message(db, ("alice", "bob")[number % 2], "x"))
        if number % 3:
            await messages.hide(db, message_id=posted[number % len(posted)])
        if number % 5 == 0:
            await messages.unhide(db, message_id=posted[0])

    await asyncio.gather(*map(write, range(60)))
    kept = await db.pool.fetch("SELECT author_id, message_id FROM newest_messages WHERE message_id > 0 ORDER BY 1")
    found = await db.pool.fetch(
        "SELECT author_id, max(message_id) FROM messages WHERE NOT hidden GROUP BY author_id ORDER BY 1"
    )
    assert [tuple(row) for row in kept] == [tuple(row) for row in found]
