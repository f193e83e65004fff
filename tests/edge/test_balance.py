"""Which replica gets a request, and over which connection it goes there."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest

import api_starlette.__main__
import web_aiohttp.__main__
from bench.servers import free_port
from local.watch.names import Names
from local.watch.proxy import FOLDER
from tests.edge.conftest import Start

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
BY_TURNS = {"least_conn;": ""}
ONE_EACH = {"keepalive 16;": "keepalive 0;"}


@dataclass
class Replica:
    """Something that answers each request after a while, and what it has seen."""

    seconds: float
    requests: int = 0
    connections: int = 0

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while await reader.readline():
            while await reader.readline() > b"\r\n":
                pass
            self.requests += 1
            await asyncio.sleep(self.seconds)
            writer.write(ANSWER)
        writer.close()


@asynccontextmanager
async def listening(names: Names, *replicas: Replica) -> AsyncIterator[dict[str, str]]:
    """The variable that leads the API's host to these."""
    port, addresses = free_port(), [f"127.0.0.{number}" for number in range(2, 2 + len(replicas))]
    servers = [await asyncio.start_server(each.hear, at, port) for each, at in zip(replicas, addresses, strict=True)]
    names.addresses["tasks.api"] = addresses
    try:
        yield {"API_UPSTREAM": f"tasks.api:{port}"}
    finally:
        for server in servers:
            server.close()


@pytest.mark.parametrize(("changes", "most"), [({}, 0.25), (BY_TURNS, 1)], ids=["as it is", "by turns"])
async def test_a_slow_replica_gets_fewer_requests_and_by_turns_it_would_get_as_many(
    start: Start, names: Names, client: aiohttp.ClientSession, changes: dict[str, str], most: float
) -> None:
    slow, quick = Replica(0.2), Replica(0.01)

    async def asking(url: str) -> None:
        for _ in range(15):
            assert (await client.get(url)).status == 204

    async with listening(names, slow, quick) as before:
        with start(before, changes) as edge:
            await asyncio.gather(*(asking(edge.plain_api) for _ in range(8)))
    assert slow.requests + quick.requests == 120
    assert most / 3 < slow.requests / quick.requests <= most, "some, because it is well when it has nothing to do"


@pytest.mark.parametrize(("changes", "connections"), [({}, 1), (ONE_EACH, 50)], ids=["as it is", "not kept"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_requests_share_a_connection_to_a_replica_and_would_each_need_their_own(
    start: Start, names: Names, client: aiohttp.ClientSession, changes: dict[str, str], connections: int, method: str
) -> None:
    replica = Replica(0)
    async with listening(names, replica) as before:
        with start(before, changes) as edge:
            for _ in range(50):
                assert (await client.request(method, edge.plain_api)).status == 204
    assert (replica.requests, replica.connections) == (50, connections)


@pytest.mark.parametrize("door", [api_starlette.__main__, web_aiohttp.__main__])
def test_the_proxy_gives_an_idle_connection_up_before_the_door_does(door: object) -> None:
    """A POST on a connection that the door is just closing would be lost."""
    text = (FOLDER / "templates" / "proxy.conf.template").read_text("utf-8")
    of_nginx = [int(seconds) for seconds in re.findall(r"^    keepalive_timeout (\d+)s;", text, re.MULTILINE)]
    assert len(of_nginx) == 2
    assert max(of_nginx) + 10 <= door.KEEP_ALIVE  # type: ignore[attr-defined]  # a module is an object to mypy
