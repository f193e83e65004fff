"""The numbers on profiles: right to the last one while fifty connections post, hide, follow and unfollow at once."""

import asyncio
from dataclasses import replace

from core.settings import Settings
from db import Database, followers, messages, open_database
from tests import given
from tests.conftest import signed_in_as

WRITERS = 50
TURNS = 6

DIFFERENCES = """
    SELECT u.username, c.messages, c.followers, c.following
    FROM users AS u JOIN user_counts AS c USING (user_id)
    WHERE c.messages <> (SELECT count(*) FROM messages AS m WHERE m.author_id = u.user_id AND NOT m.hidden)
    OR c.followers <> (SELECT count(*) FROM followers AS f WHERE f.whom_id = u.user_id)
    OR c.following <> (SELECT count(*) FROM followers AS f WHERE f.who_id = u.user_id)
"""
"""The profiles whose numbers are not what is there; none, when all is well."""

NEWEST = """
    SELECT n.author_id FROM newest_messages AS n
    WHERE n.message_id <> coalesce(
        (SELECT max(m.message_id) FROM messages AS m WHERE m.author_id = n.author_id AND NOT m.hidden), 0)
"""


async def test_the_numbers_are_right_while_fifty_connections_write_at_once(settings: Settings, db: Database) -> None:
    """Few people, so that the writers meet; the site writes, and a moderator hides and brings back."""
    people = [f"user {number}" for number in range(8)]
    for name in people:
        await given.user(db, name)
    site_url = signed_in_as("minitwit_site", settings.database_url)
    as_site = replace(settings, database_url=site_url, database_pool_min=WRITERS, database_pool_max=WRITERS)
    begin = asyncio.Barrier(WRITERS)

    async def write(number: int, site: Database, moderator: Database) -> None:
        await begin.wait()
        for turn in range(number, number + TURNS * WRITERS, WRITERS):
            one, other, third = (people[turn // step % len(people)] for step in (1, 5, 11))
            posted = await given.message(site, one, "x")
            await followers.follow(site, who=one, whom=other)
            await followers.follow(site, who=other, whom=one)
            if turn % 2:
                await messages.hide(moderator, message_id=posted)
                await messages.hide(moderator, message_id=posted // 2)
                await messages.unhide(moderator, message_id=posted // 3)
            await followers.unfollow(site, who=third, whom=other)

    async with open_database(as_site, service="web") as site:
        assert site.pool.get_size() == WRITERS
        await asyncio.gather(*(write(number, site, db) for number in range(WRITERS)))
    assert await db.pool.fetchval("SELECT count(*) FROM messages") == WRITERS * TURNS
    assert await db.pool.fetchval("SELECT count(*) FROM messages WHERE hidden") > 0
    assert await db.pool.fetchval("SELECT count(*) FROM followers") > 0
    assert await db.pool.fetch(DIFFERENCES) == []
    assert await db.pool.fetch(NEWEST) == []


async def test_a_number_that_is_wrong_would_be_seen(db: Database) -> None:
    await given.cast(db)
    assert await db.pool.fetch(DIFFERENCES) == []
    await db.pool.execute("UPDATE user_counts SET followers = followers + 1 WHERE user_id = 2")
    assert [row["username"] for row in await db.pool.fetch(DIFFERENCES)] == ["bob"]
    await db.pool.execute("UPDATE newest_messages SET message_id = 0")
    assert len(await db.pool.fetch(NEWEST)) == 1
