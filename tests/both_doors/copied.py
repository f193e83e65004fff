"""The product in a folder of its own, where a query can be edited while both doors run from it as processes."""

import asyncio
import json
import shutil
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from core.settings import Settings, child_environment

ROOT = Path(__file__).parents[2]


class Door:
    """A door that runs from a copy of the product; what it logged, and what it tells Prometheus."""

    def __init__(self, process: Process, url: str) -> None:
        self.process = process
        self.url = url
        self.logged: list[dict[str, Any]] = []

    async def listen(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.logged.append(json.loads(line))

    def about_reloads(self) -> list[str]:
        return [event["message"] for event in self.logged if "Reload" in event["message"]]

    async def until(self, words: str) -> str:
        """The last event about a reload, as soon as it holds these words."""
        for _ in range(500):
            if (said := self.about_reloads()) and words in said[-1]:
                return said[-1]
            await asyncio.sleep(0.02)
        raise AssertionError(f"{self.url} never said {words!r}, but {self.about_reloads()}")

    async def metrics(self) -> str:
        async with aiohttp.ClientSession(self.url) as session:
            return await (await session.get("/metrics")).text()


class Copy:
    """The product in a folder of its own, in which a query can be edited, with both doors running from it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.public = folder / "db" / "sql" / "timelines" / "public.sql"
        self.good = (ROOT / "db" / "sql" / "timelines" / "public.sql").read_text()
        self.doors: list[Door] = []
        for package in ("core", "db", "web_aiohttp", "api_starlette"):
            shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))

    def edit(self, old: str, new: str) -> None:
        assert old in self.good
        self.public.write_text(self.good.replace(old, new))

    def hang_up(self) -> None:
        for door in self.doors:
            door.process.send_signal(signal.SIGHUP)

    async def until(self, words: str) -> None:
        for door in self.doors:
            await door.until(words)

    async def command(self, *words: str) -> tuple[int | None, str, str]:
        """The exit code of `python -m db`, and what it said."""
        environment = child_environment(DATABASE_URL=self.settings.database_url)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "db", *words, cwd=self.folder, env=environment, stdout=PIPE, stderr=PIPE
        )
        said, complained = await asyncio.wait_for(process.communicate(), 20)
        return process.returncode, said.decode(), complained.decode()


@asynccontextmanager
async def running(folder: Path, settings: Settings, **variables: str) -> AsyncIterator[Copy]:
    copy = Copy(folder, settings)
    async with AsyncExitStack() as stack:
        for package, variable in (("web_aiohttp", "WEB_PORT"), ("api_starlette", "API_PORT")):
            with socket.create_server(("127.0.0.1", 0)) as listener:
                port = str(listener.getsockname()[1])
            given_ = variables | {variable: port, "DATABASE_URL": settings.database_url, "LOG_FORMAT": "json"}
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", package, cwd=folder, env=child_environment(**given_), stdin=DEVNULL, stdout=PIPE
            )
            stack.push_async_callback(stopped, process)
            door = Door(process, f"http://127.0.0.1:{port}")
            listening = asyncio.create_task(door.listen())
            stack.callback(listening.cancel)
            copy.doors.append(door)
        for door in copy.doors:
            for _ in range(1000):
                if any("listens" in line["message"] for line in door.logged):
                    break
                await asyncio.sleep(0.02)
            else:
                raise AssertionError(f"{door.url} does not listen: {door.logged}")
        yield copy


async def stopped(process: Process) -> None:
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 20) == 0
