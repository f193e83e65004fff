"""timelines: GET /msgs and GET /msgs/{username}."""

import time

import aiohttp
import pytest
from yarl import URL

from db import Database, messages
from tests import given
from tests.api.spoken import refused


async def contents(program: aiohttp.ClientSession, url: str) -> list[str]:
    answer = await program.get(URL(url, encoded=True), headers=given.SIMULATOR)
    assert answer.status == 200, await answer.text()
    return [message["content"] for message in await answer.json()]


async def test_messages_have_their_three_keys(program: aiohttp.ClientSession, cast: given.Cast) -> None:
    answer = await program.get("/msgs", headers=given.SIMULATOR)
    assert answer.headers["Content-Type"] == "application/json"
    newest, oldest = await answer.json()
    assert newest.keys() == {"content", "pub_date", "user"}
    assert (newest["content"], newest["user"]) == ("Alice is still here", "alice")
    assert oldest["content"] == "Alice was here"
    assert isinstance(newest["pub_date"], int)
    assert abs(newest["pub_date"] - time.time()) < 60


async def test_a_user_has_only_their_own(program: aiohttp.ClientSession, cast: given.Cast, db: Database) -> None:
    await given.message(db, "bob", "Bob was here")
    assert await contents(program, "/msgs/bob") == ["Bob was here"]
    assert await contents(program, "/msgs/alice") == ["Alice is still here", "Alice was here"]
    assert await contents(program, "/msgs") == ["Bob was here", "Alice is still here", "Alice was here"]


async def test_who_wrote_nothing_has_an_empty_list(program: aiohttp.ClientSession, cast: given.Cast) -> None:
    assert await contents(program, "/msgs/charlie") == []
    assert await contents(program, "/msgs/charlie?no=0") == []


async def test_an_empty_house_has_an_empty_list(program: aiohttp.ClientSession) -> None:
    assert await contents(program, "/msgs") == []


async def test_who_is_unknown_is_not_found(program: aiohttp.ClientSession) -> None:
    assert await refused(await program.get("/msgs/nobody", headers=given.SIMULATOR), 404) == "There is no such user"


async def test_a_hidden_message_is_shown_nowhere(
    program: aiohttp.ClientSession, cast: given.Cast, db: Database
) -> None:
    assert await messages.hide(db, message_id=cast.alice_wrote[1])
    assert await contents(program, "/msgs") == ["Alice was here"]
    assert await contents(program, "/msgs/alice") == ["Alice was here"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", 100),
        ("?no=30", 30),
        ("?no=0", 0),
        ("?no=-1", 0),
        ("?no=-99999999999999999999999", 0),
        ("?no=1000", 1000),
        ("?no=1001", 1000),
        ("?no=" + "9" * 5000, 1000),
        ("?no=abc", 100),
        ("?no=", 100),
        ("?no", 100),
        ("?no=1.5", 100),
        ("?no=%20%205", 100),
        ("?no=5%00", 100),
        ("?no=%FF", 100),
        ("?no=5&no=7", 7),
        ("?no=5&no=abc", 100),
        ("?number=5", 100),
    ],
)
@pytest.mark.parametrize("url", ["/msgs", "/msgs/alice"])
async def test_no_says_how_many(
    program: aiohttp.ClientSession, cast: given.Cast, db: Database, url: str, query: str, shown: int
) -> None:
    await db.pool.execute(
        "INSERT INTO messages (author_id, content) SELECT $1, n::text FROM generate_series(1, 1010) AS n", cast.alice
    )
    assert await contents(program, url + query) == [str(n) for n in range(1010, 1010 - shown, -1)]


async def test_a_user_reads_the_others(program: aiohttp.ClientSession, cast: given.Cast) -> None:
    answer = await program.get("/msgs/alice", headers=given.program_of("bob"))
    assert len(await answer.json()) == 2
