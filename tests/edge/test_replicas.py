"""Replicas come and go without a reload: by name, within a second or two, and nobody notices."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack

import aiohttp

from bench.servers import free_port
from db import Database
from local.watch.names import Names
from tests import given
from tests.api.test_start import started
from tests.edge.conftest import Start
from tests.edge.nginx import Edge

FIRST, SECOND = "127.0.0.2", "127.0.0.3"


async def replica(stack: AsyncExitStack, database_url: str, host: str, port: int) -> asyncio.subprocess.Process:
    """A process of the API at this address, ready to serve."""
    process = await stack.enter_async_context(
        started(DATABASE_URL=database_url, HOST=host, API_PORT=str(port), LOG_LEVEL="WARNING")
    )
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return process
    raise AssertionError("the replica does not listen")


def asked(edge: Edge, host: str) -> int:
    """Requests that were sent to this replica, at the first or second try."""
    return sum(host in request["labels.upstream_address"] for request in edge.requests)


async def test_a_new_replica_gets_requests_within_two_seconds(
    start: Start, names: Names, client: aiohttp.ClientSession, database_url: str
) -> None:
    port = free_port()
    async with AsyncExitStack() as stack:
        await replica(stack, database_url, FIRST, port)
        await replica(stack, database_url, SECOND, port)
        names.addresses["tasks.api"] = [FIRST]
        with start({"API_UPSTREAM": f"tasks.api:{port}"}) as edge:
            for _ in range(20):
                assert (await client.get(f"{edge.api}/latest")).status == 200
            await edge.lines(20)
            assert (asked(edge, FIRST), asked(edge, SECOND)) == (20, 0)
            names.addresses["tasks.api"], added = [FIRST, SECOND], time.monotonic()
            while not asked(edge, SECOND):
                assert time.monotonic() - added < 2
                await client.get(f"{edge.api}/latest")
            before = asked(edge, FIRST), asked(edge, SECOND)
            for _ in range(200):
                await client.get(f"{edge.api}/latest")
            await edge.lines(sum(before) + 200)
            shares = asked(edge, FIRST) - before[0], asked(edge, SECOND) - before[1]
            assert min(shares) > 50, "each gets about half"


async def test_a_replica_is_killed_under_load_and_no_read_fails_and_no_message_is_posted_twice(
    start: Start, names: Names, db: Database, cast: given.Cast, client: aiohttp.ClientSession, database_url: str
) -> None:
    port, ends = free_port(), time.monotonic() + 30
    read, wrote = Counter[int](), dict[str, int]()

    async def reading(edge: Edge) -> None:
        while time.monotonic() < ends:
            read[(await client.get(f"{edge.api}/msgs", headers=given.SIMULATOR)).status] += 1

    async def writing(edge: Edge, writer: int) -> None:
        while time.monotonic() < ends:
            content = f"{writer} {len(wrote)}"
            wrote[content] = 0
            answer = await client.post(f"{edge.api}/msgs/bob", json={"content": content}, headers=given.SIMULATOR)
            wrote[content] = answer.status

    async with AsyncExitStack() as stack:
        killed = await replica(stack, database_url, FIRST, port)
        await replica(stack, database_url, SECOND, port)
        names.addresses["tasks.api"] = [FIRST, SECOND]
        with start({"API_UPSTREAM": f"tasks.api:{port}"}) as edge:
            ends = time.monotonic() + 4
            work = [reading(edge), reading(edge), *(writing(edge, number) for number in range(4))]
            busy = asyncio.gather(*work)
            await asyncio.sleep(1.5)
            killed.kill()
            await asyncio.sleep(1)  # as long as nobody has noticed, the name still leads to it
            names.addresses["tasks.api"] = [SECOND]
            await busy
            assert asked(edge, FIRST) > 50
            assert asked(edge, f"{FIRST}:{port}, {SECOND}") > 0, "a second try was needed"
    assert read.keys() == {200}
    rows = await db.pool.fetch("SELECT content FROM messages WHERE author_id = $1", cast.bob)
    stored = Counter(row["content"] for row in rows)
    assert set(stored.values()) == {1}, "no message twice"
    assert {content for content, code in wrote.items() if code == 204} <= stored.keys(), "what was confirmed is there"
    assert set(wrote.values()) <= {204, 503}
    assert sum(code == 503 for code in wrote.values()) <= 4, "only what the killed one was working on"
