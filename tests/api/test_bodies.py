"""bodies: what is not the JSON we described is refused with 400, what is too large with 413; nothing ends in a 500."""

import asyncio
import io
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from yarl import URL

from api_starlette import bodies
from core import rules
from db import Database
from tests import given
from tests.api.spoken import refused

ADDRESSES = {"/register": '"username", "email", "pwd"', "/msgs/bob": '"content"', "/fllws/bob": '"follow", "unfollow"'}

UNCLEAR = {
    "nothing": b"",
    "no JSON": b"content=hello",
    "broken JSON": b'{"content": "a',
    "text after it": b'{"content": "a"} b',
    "an array": b'["content"]',
    "a number": b"1",
    "a text": b'"content"',
    "null": b"null",
    "a number for a text": b'{"content": 1, "follow": 1, "username": 1}',
    "an object for a text": b'{"content": {}, "follow": {}, "email": {}}',
    "an array for a text": b'{"content": ["a"], "follow": ["a"], "pwd": ["a"]}',
    "truth for a text": b'{"content": true, "unfollow": true, "pwd": false}',
    "half a surrogate pair": rb'{"content": "\ud800", "follow": "\ud800", "username": "\ud800"}',
    "bytes that are not UTF-8": b'{"content": "\xff", "follow": "\xff", "username": "\xff"}',
    "half a surrogate pair in bytes": b'{"content": "\xed\xa0\x80", "follow": "\xed\xa0\x80", "email": "\xed\xa0\x80"}',
    "a byte order mark": b'\xef\xbb\xbf{"content": "a", "follow": "alice"}',
    "UTF-16": '{"content": "a", "follow": "alice"}'.encode("utf-16"),
    "UTF-32": '{"content": "a", "follow": "alice"}'.encode("utf-32"),
    "a deep array": b"[" * 100_000,
    "a deep array inside": b'{"x": ' + b"[" * 100_000,
    "a deep array inside, closed": b'{"x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "NaN": b'{"content": NaN, "follow": NaN, "pwd": NaN}',
    "a huge number": b'{"content": ' + b"9" * 100_000 + b', "follow": 1e999, "pwd": 9e99999}',
    "a bare control character": b'{"content": "a\nb", "follow": "a\nb", "username": "a\nb"}',
}


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("unclear", UNCLEAR)
@pytest.mark.parametrize("url", ADDRESSES)
async def test_an_unclear_body_is_refused(program: aiohttp.ClientSession, db: Database, url: str, unclear: str) -> None:
    answer = await program.post(url, data=UNCLEAR[unclear], headers=given.SIMULATOR)
    words = f"The body has to be a JSON object in UTF-8, with text under {ADDRESSES[url]}"
    assert await refused(answer, 400) == words
    counts = [await db.pool.fetchval(f"SELECT count(*) FROM {table}") for table in ("users", "messages", "followers")]
    assert counts == [3, 2, 1]


@pytest.mark.usefixtures("cast")
async def test_a_nul_character_is_refused_under_every_key(program: aiohttp.ClientSession) -> None:
    for url, body in (
        ("/msgs/bob", {"content": "a\0"}),
        ("/fllws/bob", {"follow": "alice\0"}),
        ("/fllws/bob", {"unfollow": "\0"}),
    ):
        answer = await program.post(url, json=body, headers=given.SIMULATOR)
        assert await refused(answer, 400) == "A NUL character cannot be stored"


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
async def test_the_content_type_does_not_matter(program: aiohttp.ClientSession, db: Database, kind: str) -> None:
    headers = given.SIMULATOR | {"Content-Type": kind}
    answer = await program.post("/msgs/bob", data=b' {"content":"a","more":[1.5,null]} ', headers=headers)
    assert answer.status == 204
    assert await db.pool.fetchval("SELECT content FROM messages ORDER BY message_id DESC") == "a"


@pytest.mark.usefixtures("cast")
async def test_the_longest_message_fits_however_it_is_escaped(program: aiohttp.ClientSession, db: Database) -> None:
    content = "🦊" * rules.LONGEST_MESSAGE
    body = json.dumps({"content": content}).encode()
    assert len(body) > 12 * rules.LONGEST_MESSAGE
    assert (await program.post("/msgs/bob", data=body, headers=given.SIMULATOR)).status == 204
    assert await db.pool.fetchval("SELECT content FROM messages ORDER BY message_id DESC") == content


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("more", [1, 1_000_000, bodies.HEARD_OUT + 1_000_000])
@pytest.mark.parametrize("in_pieces", [True, False])
async def test_a_body_that_is_too_large_is_refused(
    program: aiohttp.ClientSession, db: Database, more: int, in_pieces: bool
) -> None:
    body = b'{"content": "' + b"x" * (bodies.LARGEST + more)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 60_000):
            yield body[start : start + 60_000]

    answer = await program.post("/msgs/bob", data=pieces() if in_pieces else io.BytesIO(body), headers=given.SIMULATOR)
    assert await refused(answer, 413) == "The body is too large: it may have 256 KiB"


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("status", [403, 413])
async def test_a_client_that_closes_its_connections_hears_why_it_is_refused(api: str, status: int) -> None:
    """A server that closes while its client is still speaking resets the connection, and the answer is lost."""
    url = URL(api)
    size = 200_000 if status == 403 else 1_000_000
    for _ in range(5):
        reader, writer = await asyncio.open_connection(url.host, url.port)
        lines = ("POST /msgs/bob HTTP/1.1", "Host: x", "Connection: close", f"Content-Length: {size}", "", "")
        writer.write("\r\n".join(lines).encode())
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(b"x" * size)
        answer = await reader.read()
        assert answer.startswith(f"HTTP/1.1 {status} ".encode())
        writer.close()
        await writer.wait_closed()
