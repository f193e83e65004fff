"""How tests speak to the API: addresses of users, and what a refusal looks like."""

from urllib.parse import quote

import aiohttp
from yarl import URL


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
