"""sessions: one token, one user, until it is closed or expires."""

from db import Database, sessions
from db.rows import Viewer
from tests.given import Cast

TOKEN, OTHER = b"\x01" * 32, b"\x02" * 32


async def test_an_open_session_tells_who_is_signed_in(db: Database, cast: Cast) -> None:
    await sessions.open(db, token_hash=TOKEN, user_id=cast.alice, days=30, old_token_hash=None)
    assert await sessions.viewer(db, token_hash=TOKEN) == Viewer(cast.alice, "alice")
    assert await sessions.viewer(db, token_hash=OTHER) is None


async def test_a_closed_session_is_over_and_others_go_on(db: Database, cast: Cast) -> None:
    await sessions.open(db, token_hash=TOKEN, user_id=cast.alice, days=30, old_token_hash=None)
    await sessions.open(db, token_hash=OTHER, user_id=cast.alice, days=30, old_token_hash=None)
    await sessions.close(db, token_hash=TOKEN)
    assert await sessions.viewer(db, token_hash=TOKEN) is None
    assert await sessions.viewer(db, token_hash=OTHER) is not None


async def test_a_session_ends_by_itself_and_is_swept_when_another_opens(db: Database, cast: Cast) -> None:
    await sessions.open(db, token_hash=TOKEN, user_id=cast.alice, days=1, old_token_hash=None)
    await db.pool.execute("UPDATE sessions SET expires_at = expires_at - interval '1 day 1 second'")
    assert await sessions.viewer(db, token_hash=TOKEN) is None
    await sessions.open(db, token_hash=OTHER, user_id=cast.bob, days=1, old_token_hash=None)
    assert [row[0] for row in await db.pool.fetch("SELECT token_hash FROM sessions")] == [OTHER]


async def test_a_session_takes_the_place_of_the_one_before_and_of_no_other(db: Database, cast: Cast) -> None:
    third = b"\x03" * 32
    await sessions.open(db, token_hash=TOKEN, user_id=cast.alice, days=30, old_token_hash=None)
    await sessions.open(db, token_hash=OTHER, user_id=cast.alice, days=30, old_token_hash=None)
    await sessions.open(db, token_hash=third, user_id=cast.bob, days=30, old_token_hash=TOKEN)
    kept = await db.pool.fetch("SELECT token_hash FROM sessions ORDER BY token_hash")
    assert [row[0] for row in kept] == [OTHER, third]


async def test_the_session_before_may_have_expired(db: Database, cast: Cast) -> None:
    await sessions.open(db, token_hash=TOKEN, user_id=cast.alice, days=1, old_token_hash=None)
    await db.pool.execute("UPDATE sessions SET expires_at = expires_at - interval '1 day 1 second'")
    await sessions.open(db, token_hash=OTHER, user_id=cast.alice, days=1, old_token_hash=TOKEN)
    assert [row[0] for row in await db.pool.fetch("SELECT token_hash FROM sessions")] == [OTHER]
