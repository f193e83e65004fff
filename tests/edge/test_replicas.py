"""Replicas come and go without a reload: by name, within two seconds, and nobody notices."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
import pytest

from bench.servers import free_port
from db import Database
from local.watch.names import Names
from tests import given
from tests.api.test_start import started
from tests.edge.conftest import Certificate, Start
from tests.edge.nginx import Edge

pytestmark = pytest.mark.alone  # a replica has to be found within two seconds

FIRST, SECOND = "127.0.0.2", "127.0.0.3"
TWO_WORKERS = {"worker_processes auto": "worker_processes 2"}
SEEN = 2.5
"""Seconds within which a change of names is noticed: nginx looks each second, and believes an answer for two."""

REMEMBERED = 2.0
"""Seconds for which nginx asks no replica that failed three times. Then it tries again: what died with a replica may
have been three messages, for which nobody else is asked."""


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


async def test_a_new_replica_gets_requests_when_its_name_is_seen(
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
                assert time.monotonic() - added < SEEN
                await client.get(f"{edge.api}/latest")
            before = asked(edge, FIRST), asked(edge, SECOND)
            for _ in range(200):
                await client.get(f"{edge.api}/latest")
            await edge.lines(sum(before) + 200)
            shares = asked(edge, FIRST) - before[0], asked(edge, SECOND) - before[1]
            assert min(shares) > 50, "each gets about half"


@dataclass
class Load:
    """Two who read and four who write, without a pause, and what they were answered."""

    edge: Edge
    client: aiohttp.ClientSession
    read: Counter[int] = field(default_factory=Counter)
    wrote: dict[str, int] = field(default_factory=dict)

    async def for_seconds(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        await asyncio.gather(*(self._read(ends) for _ in range(2)), *(self._write(ends, who) for who in range(4)))

    async def _read(self, ends: float) -> None:
        while time.monotonic() < ends:
            self.read[(await self.client.get(f"{self.edge.api}/msgs", headers=given.SIMULATOR)).status] += 1

    async def _write(self, ends: float, who: int) -> None:
        url = f"{self.edge.api}/msgs/bob"
        while time.monotonic() < ends:
            content = f"{who} {len(self.wrote)}"
            self.wrote[content] = 0
            answer = await self.client.post(url, json={"content": content}, headers=given.SIMULATOR)
            self.wrote[content] = answer.status

    async def no_message_is_lost_or_there_twice(self, db: Database) -> None:
        rows = await db.pool.fetch("SELECT content FROM messages")
        stored = Counter(row["content"] for row in rows if row["content"] in self.wrote)
        assert set(stored.values()) == {1}, "no message twice"
        assert {content for content, code in self.wrote.items() if code == 204} <= stored.keys(), "each confirmed one"


async def test_a_replica_is_killed_under_load_and_no_read_fails_and_no_message_is_posted_twice(
    start: Start, names: Names, db: Database, cast: given.Cast, client: aiohttp.ClientSession, database_url: str
) -> None:
    port = free_port()
    async with AsyncExitStack() as stack:
        killed = await replica(stack, database_url, FIRST, port)
        await replica(stack, database_url, SECOND, port)
        names.addresses["tasks.api"] = [FIRST, SECOND]
        with start({"API_UPSTREAM": f"tasks.api:{port}"}) as edge:
            load = Load(edge, client)
            busy = asyncio.create_task(load.for_seconds(5.5))
            await asyncio.sleep(1.5)
            killed.kill()
            await asyncio.sleep(REMEMBERED + 0.5)  # as long as nobody has noticed, the name still leads to it
            names.addresses["tasks.api"] = [SECOND]
            await busy
            assert asked(edge, FIRST) > 50
            assert asked(edge, f"{FIRST}:{port}, {SECOND}") > 0, "a second try was needed"
    assert load.read.keys() == {200}
    await load.no_message_is_lost_or_there_twice(db)
    assert set(load.wrote.values()) <= {204, 503}
    assert sum(code == 503 for code in load.wrote.values()) <= 4, "only what the killed one was working on"


async def test_a_replica_is_taken_away_as_a_swarm_does_it_and_nobody_notices(
    start: Start, names: Names, db: Database, cast: given.Cast, client: aiohttp.ClientSession, database_url: str
) -> None:
    """The name goes first, SIGTERM comes two seconds later."""
    port = free_port()
    async with AsyncExitStack() as stack:
        stopped = await replica(stack, database_url, FIRST, port)
        await replica(stack, database_url, SECOND, port)
        names.addresses["tasks.api"] = [FIRST, SECOND]
        with start({"API_UPSTREAM": f"tasks.api:{port}"}, TWO_WORKERS) as edge:
            load = Load(edge, client)
            busy = asyncio.create_task(load.for_seconds(4))
            await asyncio.sleep(0.5)
            names.addresses["tasks.api"] = [SECOND]
            await asyncio.sleep(2)
            stopped.terminate()
            await asyncio.wait_for(stopped.communicate(), 10)
            await busy
            assert asked(edge, FIRST) > 50
            assert asked(edge, SECOND) > asked(edge, FIRST)
    assert stopped.returncode == 0
    assert (set(load.read), set(load.wrote.values())) == ({200}, {204})
    await load.no_message_is_lost_or_there_twice(db)


async def test_nginx_reads_its_configuration_again_and_who_comes_is_served(
    start: Start, cast: given.Cast, certificate: Certificate
) -> None:
    """A connection that a client keeps without asking anything is closed, as HTTP allows at any time."""
    connector = aiohttp.TCPConnector(ssl=certificate.trusted, force_close=True)
    with start(changes=TWO_WORKERS) as edge:
        async with aiohttp.ClientSession(connector=connector) as client:
            load = Load(edge, client)
            busy = asyncio.create_task(load.for_seconds(2))
            for _ in range(3):
                await asyncio.sleep(0.5)
                edge.reload()
            await busy
    assert (set(load.read), set(load.wrote.values())) == ({200}, {204})


async def test_a_name_may_lead_nowhere_for_a_while(start: Start, names: Names, client: aiohttp.ClientSession) -> None:
    with start() as edge:
        statuses = []
        for addresses in (["127.0.0.1"], [], ["127.0.0.1"]):
            names.addresses["tasks.api"] = addresses
            names.await_answers("tasks.api")
            statuses.append((await client.get(f"{edge.api}/latest")).status)
        assert statuses == [200, 503, 200]


async def test_while_the_name_server_is_silent_those_known_last_are_asked(
    start: Start, names: Names, client: aiohttp.ClientSession
) -> None:
    with start(changes={"resolver_timeout 2s": "resolver_timeout 500ms"}) as edge:
        names.silent = True
        ends = time.monotonic() + 4
        while time.monotonic() < ends:
            assert (await client.get(f"{edge.api}/latest")).status == 200
            await asyncio.sleep(0.05)
        edge.reload()
        for _ in range(20):
            assert (await client.get(f"{edge.api}/latest")).status == 200, "not even a reload forgets them"
            await asyncio.sleep(0.05)
