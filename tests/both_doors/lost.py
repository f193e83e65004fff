"""A primary and a standby with both doors before them as processes, and ways to lose the primary."""

import asyncio
import itertools
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import asyncpg
import psutil

from core.settings import child_environment
from local.postgres import Programs, Server, free_port
from local.watch.databases import primary_and_standby
from tests import given

ROLES = {"web_aiohttp": "minitwit_site", "api_starlette": "minitwit_api"}


def hosts(user: str, *servers: Server, first: str = "") -> str:
    """The URL that names all of these, as deploy/provision/secrets.sh writes it; `first` is asked before them."""
    cluster = servers[0].cluster
    one, also = cluster.url(servers[0].port, user), [f"127.0.0.1:{server.port}" for server in servers[1:]]
    account, _, place = one.rpartition("@")
    address, _, name = place.partition("/")
    listed = ",".join(filter(None, [first, address, *also]))
    return f"{account}@{listed}/{name}?target_session_attrs=primary"


class Writer:
    """Someone who goes on posting messages at one door, each of them once, whatever becomes of it."""

    def __init__(self, session: aiohttp.ClientSession, name: str) -> None:
        self.session = session
        self.name = name
        self.acknowledged: list[str] = []
        self.moments: list[tuple[float, bool]] = []

    async def sign_up(self) -> None:
        raise NotImplementedError

    async def post(self, words: str) -> bool:
        raise NotImplementedError

    async def go_on(self) -> None:
        for number in itertools.count(1):
            words = f"{self.name} writes {number}"
            try:
                well = await self.post(words)
            except aiohttp.ClientError:
                well = False
            if well:
                self.acknowledged.append(words)
            self.moments.append((time.monotonic(), well))
            await asyncio.sleep(0.02)

    def writes_again(self, since: float) -> float | None:
        """The seconds from this moment until the last refusal was over; None as long as nothing is written."""
        after = [(moment, well) for moment, well in self.moments if moment > since]
        refused = [moment for moment, well in after if not well]
        written = [moment for moment, well in after if well and (not refused or moment > refused[-1])]
        return written[0] - since if len(written) >= 10 else None


class AtTheSite(Writer):
    """A person who has signed in."""

    async def sign_up(self) -> None:
        who = {"username": self.name, "password": given.PASSWORD}
        assert await self._sent("/register", who | {"email": f"{self.name}@example.com", "password2": given.PASSWORD})
        assert await self._sent("/login", who)

    async def post(self, words: str) -> bool:
        return await self._sent("/add_message", {"text": words})

    async def _sent(self, path: str, form: dict[str, str]) -> bool:
        async with self.session.post(path, data=form, allow_redirects=False) as answer:
            return answer.status == 303


class AtTheApi(Writer):
    """The simulator, for somebody."""

    async def sign_up(self) -> None:
        account = {"username": self.name, "email": f"{self.name}@example.com", "pwd": given.PASSWORD}
        assert await self._sent("/register", account)

    async def post(self, words: str) -> bool:
        return await self._sent(f"/msgs/{self.name}", {"content": words})

    async def _sent(self, path: str, body: dict[str, str]) -> bool:
        async with self.session.post(path, json=body, headers=given.SIMULATOR) as answer:
            return answer.status == 204


@dataclass
class House:
    """Both databases, both doors, and who writes at them."""

    primary: Server
    standby: Server
    doors: dict[str, Process] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    writers: list[Writer] = field(default_factory=list)

    def url(self, server: Server) -> str:
        """Where the owner of everything finds this server."""
        return self.primary.cluster.url(server.port)

    async def asked(self, server: Server, statement: str) -> list[Any]:
        """What the owner is told by this server alone, each row's first column."""
        connection = await asyncpg.connect(self.url(server), timeout=5)
        try:
            return [row[0] for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    async def promote(self) -> None:
        """The standby is a primary from now on."""
        assert await self.asked(self.standby, "SELECT pg_promote(true, 10)") == [True]

    async def all_write(self, since: float, *, within: float = 15.0) -> float:
        """The seconds from this moment until everyone writes again."""
        while time.monotonic() < since + within + 1:
            seconds = [writer.writes_again(since) for writer in self.writers]
            if all(seconds):
                return max(second or 0.0 for second in seconds)
            await asyncio.sleep(0.05)
        raise AssertionError(f"not everyone writes {within} seconds later: {seconds}")


@asynccontextmanager
async def house(programs: Programs, *, first: str = "", **variables: str) -> AsyncIterator[House]:
    """Two people write at the site and two by the API, until the end. The doors get these variables, too, and ask the
    host `first` before the others."""
    with primary_and_standby(programs, {"synchronous_commit": "on"}) as (primary, standby):
        here = House(primary, standby)
        async with AsyncExitStack() as stack:
            for package, role in ROLES.items():
                port = str(free_port())
                own = {"WEB_PORT": port, "API_PORT": port, "DATABASE_URL": hosts(role, primary, standby, first=first)}
                here.urls[package] = f"http://127.0.0.1:{port}"
                here.doors[package] = await stack.enter_async_context(door(package, **own, **variables))
            for url in here.urls.values():
                await until_ready(url)
            await stack.enter_async_context(writing(here))
            yield here


@asynccontextmanager
async def door(package: str, **variables: str) -> AsyncIterator[Process]:
    """It does not outlive the test. What it logs nobody reads, what it says to the operator a test may."""
    command = (sys.executable, "-m", package)
    process = await asyncio.create_subprocess_exec(
        *command, env=child_environment(**variables), stdout=DEVNULL, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def until_ready(url: str) -> None:
    async with aiohttp.ClientSession(url) as session:
        for _ in range(200):
            try:
                async with session.get("/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError(f"{url} is not ready after ten seconds")


@asynccontextmanager
async def writing(here: House) -> AsyncIterator[None]:
    """Everyone has an account of their own, and has written something, before this begins."""
    async with AsyncExitStack() as stack:
        for number in range(2):
            for package, kind in (("web_aiohttp", AtTheSite), ("api_starlette", AtTheApi)):
                session = await stack.enter_async_context(given.browser(here.urls[package]))
                here.writers.append(kind(session, f"{package[:3]}{number}"))
                await here.writers[-1].sign_up()
        tasks = [asyncio.create_task(writer.go_on()) for writer in here.writers]
        try:
            await here.all_write(time.monotonic())
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def processes(server: Server, only: str = "") -> list[psutil.Process]:
    """The server and all of its children; `only` names one kind. One may end while it is looked at."""
    parent, found = psutil.Process(server.started.pid), []
    for process in (parent, *parent.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            if only in " ".join(process.cmdline()):
                found.append(process)
    return found


def kill(server: Server) -> None:
    """All of it at one moment, so that its connections end without a word."""
    for process in processes(server):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    server.started.wait(10)


@contextmanager
def frozen(server: Server, only: str = "") -> Iterator[None]:
    """It accepts connections, which its kernel does, and says nothing; `only` names one kind of its processes."""
    stopped = processes(server, only)
    assert stopped
    try:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.suspend()
        yield
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):  # a test may have killed it
                process.resume()
