"""messages: posting, hiding, and the numbers that go with them."""

import asyncio

import asyncpg
import pytest

from db import Database, Unstorable, messages, timelines, users
from tests.given import Cast


async def number_of_messages(db: Database, username: str) -> int:
    profile = await users.profile(db, username=username, viewer_id=None)
    assert profile is not None
    return profile.messages


async def test_a_message_is_stored_as_it_was_written(db: Database, cast: Cast) -> None:
    content = "\ufeff“Hello” — <b>naïve</b> 'quoted' \\ % 🐘\n"
    message_id = await messages.post(db, username="alice", content=content)
    row = await db.pool.fetchrow("SELECT author_id, content, hidden FROM messages WHERE message_id = $1", message_id)
    assert row is not None
    assert tuple(row) == (cast.alice, content, False)


async def test_nobody_cannot_post(db: Database) -> None:
    assert await messages.post(db, username="nobody", content="x") is None
    assert await db.pool.fetchval("SELECT count(*) FROM messages") == 0


@pytest.mark.parametrize("content", ["a\0b", "\ud800"])
async def test_a_text_that_cannot_be_stored_is_refused_without_being_quoted(
    db: Database, cast: Cast, content: str
) -> None:
    with pytest.raises(Unstorable) as found:
        await messages.post(db, username="alice", content=content)
    assert str(found.value) == "messages/post: a text that cannot be stored"


async def test_a_hidden_message_is_in_no_timeline_and_not_in_the_count(db: Database, cast: Cast) -> None:
    first, second = cast.alice_wrote
    assert await messages.hide(db, message_id=second) is True
    assert await messages.hide(db, message_id=second) is None, "it is hidden already"
    assert [m.message_id for m in await timelines.public(db, limit=30)] == [first]
    assert [m.message_id for m in await timelines.followed(db, user_id=cast.bob, limit=30)] == [first]
    assert [m.message_id for m in await timelines.by_author(db, username="alice", limit=30) or []] == [first]
    assert await number_of_messages(db, "alice") == 1


async def test_an_unhidden_message_is_back_where_it_stood(db: Database, cast: Cast) -> None:
    first, second = cast.alice_wrote
    await messages.hide(db, message_id=first)
    assert await messages.unhide(db, message_id=first) is True
    assert await messages.unhide(db, message_id=first) is None
    assert [m.message_id for m in await timelines.public(db, limit=30)] == [second, first]
    assert await number_of_messages(db, "alice") == 2


async def test_the_number_of_messages_is_right_whoever_writes(db: Database, cast: Cast) -> None:
    await db.pool.execute(
        "INSERT INTO messages (author_id, content) SELECT $1, 'x' FROM generate_series(1, 10)", cast.bob
    )
    await db.pool.execute("UPDATE messages SET hidden = message_id % 2 = 0 WHERE author_id = $1", cast.bob)
    assert await number_of_messages(db, "bob") == 5
    await db.pool.execute("DELETE FROM messages WHERE author_id = $1 AND NOT hidden", cast.bob)
    assert await number_of_messages(db, "bob") == 0
    with pytest.raises(asyncpg.RaiseError, match="a message keeps its author"):
        await db.pool.execute("UPDATE messages SET author_id = $1", cast.charlie)


async def test_the_number_of_messages_is_right_when_fifty_write_at_once(db: Database, cast: Cast) -> None:
    async def post(number: int) -> None:
        await messages.post(db, username=("alice", "bob")[number % 2], content="x")

    await asyncio.gather(*map(post, range(50)))
    assert await number_of_messages(db, "alice") == 2 + 25
    assert await number_of_messages(db, "bob") == 25
