"""How tests speak to the API: addresses of users, what a refusal looks like, and how a connection is lost."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from db import Database


def address(noun: str, username: str, query: str = "") -> URL:
    """`/msgs/…` or `/fllws/…` with every character of the name percent-encoded that can be."""
    return URL(f"/{noun}/{quote(username, safe='')}{query}", encoded=True)


def signed(username: str, password: str) -> dict[str, str]:
    """The header of a request that carries these credentials."""
    return {"Authorization": aiohttp.encode_basic_auth(username, password)}


async def refused(answer: aiohttp.ClientResponse, status: int) -> str:
    """The words of a refusal, which has this status and the one shape that all refusals have."""
    assert answer.status == status, await answer.text()
    assert answer.content_type == "application/json"
    said = await answer.json()
    assert said.keys() == {"status", "error_msg"}
    assert said["status"] == status
    words: str = said["error_msg"]
    assert words
    return words


async def losing_its_connection(
    db: Database, table: str, request: Coroutine[Any, Any, aiohttp.ClientResponse]
) -> aiohttp.ClientResponse:
    """The answer to a request whose statement, while it waits for this table, loses its connection."""
    async with db.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(f"LOCK TABLE {table}")
        asked = asyncio.create_task(request)
        waiting = "application_name = 'minitwit-api' AND wait_event_type = 'Lock'"
        for _ in range(500):
            ended = await db.pool.fetch(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {waiting}")
            if ended:
                break
            await asyncio.sleep(0.01)
        await transaction.rollback()
    assert len(ended) == 1, "the connection was not lost at all"
    return await asked
