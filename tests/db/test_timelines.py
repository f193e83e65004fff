"""timelines: newest first, page by page, and never a row lost or invented."""

import asyncio

from db import Database, messages, timelines
from tests.given import Cast, message


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
    """Bob follows more than 140, so the newest 5,000 messages are walked first; then newest_messages is asked."""
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
