"""When no replica answers, and what is tried a second time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bench.servers import free_port
from local.watch.names import Names
from tests.edge.conftest import Start
from tests.edge.nginx import Edge

REPLICAS = ["127.0.0.2", "127.0.0.3"]


async def both_say(edge: Edge, client: aiohttp.ClientSession, status: int, words: str) -> None:
    """The site by a page, the API by its one shape; both say when to try again, and neither who speaks."""
    page, answer = await client.get(f"{edge.site}/public"), await client.get(f"{edge.api}/latest")
    assert (page.status, answer.status) == (status, status)
    assert (page.content_type, answer.content_type) == ("text/html", "application/json")
    assert words in await page.text()
    said = await answer.json()
    assert said.keys() == {"status", "error_msg"}
    assert said["status"] == status
    assert words in said["error_msg"]
    for one in (page, answer):
        assert one.headers["Retry-After"] == "5"
        assert one.headers["Cache-Control"] == "no-store"
        assert one.headers["Server"] == "nginx", "its version is nobody's business"
    assert page.headers["X-Request-Id"] in await page.text(), "the log knows more under this id"


async def test_without_replicas_people_get_a_page_and_programs_the_shape_of_errors(
    start: Start, names: Names, client: aiohttp.ClientSession
) -> None:
    names.addresses.clear()
    with start() as edge:
        await both_say(edge, client, 503, "MiniTwit does not answer right now")
        head = await client.head(f"{edge.api}/latest")
        assert (head.status, await head.read()) == (503, b"")


async def test_replicas_that_cannot_be_connected_to_are_no_replicas(
    start: Start, client: aiohttp.ClientSession
) -> None:
    closed = free_port()
    with start({"WEB_UPSTREAM": f"tasks.web:{closed}", "API_UPSTREAM": f"tasks.api:{closed}"}) as edge:
        await both_say(edge, client, 503, "MiniTwit does not answer right now")


@asynccontextmanager
async def replicas(names: Names, *, silent: bool = False) -> AsyncIterator[tuple[int, list[str]]]:
    """Two that hear a request and hang up, or stay silent: their port, and the methods that they heard."""
    heard: list[str] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readline()).decode().split(" ")[0])
        if silent:
            await reader.read()
        writer.close()

    port = free_port()
    servers = [await asyncio.start_server(hear, address, port) for address in REPLICAS]
    names.addresses = {"tasks.web": REPLICAS, "tasks.api": REPLICAS}
    try:
        yield port, heard
    finally:
        for server in servers:
            server.close()


def before(port: int) -> dict[str, str]:
    return {"WEB_UPSTREAM": f"tasks.web:{port}", "API_UPSTREAM": f"tasks.api:{port}"}


async def test_a_replica_that_stays_silent_is_a_504(start: Start, names: Names, client: aiohttp.ClientSession) -> None:
    async with replicas(names, silent=True) as (port, _):
        with start(before(port), {"proxy_read_timeout 20s": "proxy_read_timeout 200ms"}) as edge:
            await both_say(edge, client, 504, "MiniTwit takes too long to answer")


@pytest.mark.parametrize(("method", "times"), [("GET", 2), ("HEAD", 2), ("POST", 1)])
async def test_what_may_be_repeated_is_tried_at_another_replica_and_a_post_never(
    start: Start, names: Names, client: aiohttp.ClientSession, method: str, times: int
) -> None:
    async with replicas(names) as (port, heard):
        with start(before(port)) as edge:
            for door in (edge.site, edge.api):
                heard.clear()
                assert (await client.request(method, f"{door}/register", data=b"")).status == 503
                assert heard == [method] * times


async def test_a_post_would_be_sent_twice_if_the_configuration_said_so(
    start: Start, names: Names, client: aiohttp.ClientSession
) -> None:
    careless = {"proxy_next_upstream error timeout": "proxy_next_upstream error timeout non_idempotent"}
    async with replicas(names) as (port, heard):
        with start(before(port), careless) as edge:
            await client.post(f"{edge.api}/register", data=b"")
            assert heard == ["POST", "POST"]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_replica_that_is_gone_costs_nobody_an_answer(
    start: Start, names: Names, client: aiohttp.ClientSession, method: str
) -> None:
    """Nothing was sent to it, so a POST may go to another one too."""
    names.addresses["tasks.api"] = ["127.0.0.9", "127.0.0.1"]
    with start() as edge:
        statuses = {(await client.request(method, f"{edge.api}/latest")).status for _ in range(20)}
        assert statuses == {200 if method == "GET" else 405}
        tried = [request["labels.upstream_address"].count("127.0.0.9") for request in await edge.lines(20)]
    assert sum(tried) == 3, "then it is left alone for a while"
