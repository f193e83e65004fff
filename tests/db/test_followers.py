"""followers: following twice changes nothing; the numbers on both profiles stay right, whoever else writes."""

import asyncio

import asyncpg
import pytest

from db import Database, followers, users
from db.rows import Person
from tests import given
from tests.given import Cast


async def numbers(db: Database, username: str) -> tuple[int, int]:
    """How many follow this user, and how many this user follows."""
    profile = await users.profile(db, username=username, viewer_id=None)
    assert profile is not None
    return profile.followers, profile.following


async def rows(db: Database) -> list[tuple[int, int]]:
    return [tuple(row) for row in await db.pool.fetch("SELECT who_id, whom_id FROM followers ORDER BY 1, 2")]


async def test_following_is_one_row_and_a_second_time_changes_nothing(db: Database, cast: Cast) -> None:
    assert await followers.follow(db, who="charlie", whom="alice") is True
    assert await followers.follow(db, who="charlie", whom="alice") is True
    assert await rows(db) == [(cast.bob, cast.alice), (cast.charlie, cast.alice)]
    assert await numbers(db, "alice") == (2, 0)
    assert await numbers(db, "charlie") == (0, 1)


async def test_unfollowing_a_stranger_changes_nothing(db: Database, cast: Cast) -> None:
    assert await followers.unfollow(db, who="charlie", whom="alice") is True
    assert await followers.unfollow(db, who="bob", whom="alice") is True
    assert await followers.unfollow(db, who="bob", whom="alice") is True
    assert await rows(db) == []
    assert await numbers(db, "alice") == (0, 0)


async def test_one_may_follow_oneself(db: Database, cast: Cast) -> None:
    assert await followers.follow(db, who="alice", whom="alice") is True
    assert await rows(db) == [(cast.alice, cast.alice), (cast.bob, cast.alice)]
    assert await numbers(db, "alice") == (2, 1)


@pytest.mark.parametrize(("who", "whom"), [("nobody", "alice"), ("alice", "nobody"), ("nobody", "nothing")])
async def test_an_unknown_name_is_told_and_nothing_is_written(db: Database, cast: Cast, who: str, whom: str) -> None:
    assert await followers.follow(db, who=who, whom=whom) is False
    assert await followers.unfollow(db, who=who, whom=whom) is False
    assert await rows(db) == [(cast.bob, cast.alice)]


async def test_whom_someone_follows_is_listed_by_name(db: Database, cast: Cast) -> None:
    await followers.follow(db, who="bob", whom="charlie")
    assert await followers.following(db, username="bob", limit=100) == ["alice", "charlie"]
    assert await followers.following(db, username="bob", limit=1) == ["alice"]
    assert await followers.following(db, username="bob", limit=0) == []
    assert await followers.following(db, username="charlie", limit=100) == []
    assert await followers.following(db, username="nobody", limit=100) is None


async def test_numbers_are_right_and_nobody_waits_forever_when_fifty_follow_each_other_at_once(db: Database) -> None:
    names = [f"user {number}" for number in range(8)]
    for name in names:
        await given.user(db, name)

    async def follow_and_sometimes_stop(number: int) -> None:
        who, whom = names[number % 8], names[(number * 3 + 1) % 8]
        await followers.follow(db, who=who, whom=whom)
        await followers.follow(db, who=whom, whom=who)
        if number % 3 == 0:
            await followers.unfollow(db, who=who, whom=whom)

    await asyncio.gather(*map(follow_and_sometimes_stop, range(50)))
    pairs = await rows(db)
    ids = {name: number for number, name in enumerate(names, 1)}
    for name in names:
        counted = len([w for _, w in pairs if w == ids[name]]), len([w for w, _ in pairs if w == ids[name]])
        assert await numbers(db, name) == counted


async def test_a_pair_is_never_rewritten_because_the_numbers_would_not_notice(db: Database, cast: Cast) -> None:
    with pytest.raises(asyncpg.RaiseError, match="delete this row of followers and insert another"):
        await db.pool.execute("UPDATE followers SET whom_id = $1", cast.charlie)


async def test_both_lists_show_the_newest_registered_first_and_page_by_id(db: Database, cast: Cast) -> None:
    for who in ("charlie", "alice"):
        await followers.follow(db, who=who, whom="alice")
        await followers.follow(db, who="bob", whom=who)
    assert await followers.followers(db, username="alice", limit=50) == [
        *(Person(cast.charlie, "charlie"), Person(cast.bob, "bob"), Person(cast.alice, "alice"))
    ]
    assert await followers.followers(db, username="alice", before=cast.charlie, limit=1) == [Person(cast.bob, "bob")]
    assert await followers.followees(db, username="bob", limit=1) == [Person(cast.charlie, "charlie")]
    assert await followers.followees(db, username="bob", before=cast.charlie, limit=50) == [Person(cast.alice, "alice")]


async def test_an_empty_list_is_told_apart_from_a_name_that_nobody_has(db: Database, cast: Cast) -> None:
    assert await followers.followers(db, username="charlie", limit=50) == []
    assert await followers.followers(db, username="alice", before=cast.bob, limit=50) == []
    assert await followers.followers(db, username="nobody", limit=50) is None
    assert await followers.followees(db, username="charlie", limit=50) == []
    assert await followers.followees(db, username="bob", before=cast.alice, limit=50) == []
    assert await followers.followees(db, username="nobody", limit=50) is None
