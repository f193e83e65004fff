"""python -m api_starlette: it starts, says so once, stops cleanly, and says in one sentence why it cannot."""

import asyncio
import json
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from core.settings import Settings, child_environment
from db import Database
from tests import given


@asynccontextmanager
async def started(**variables: str | None) -> AsyncIterator[Process]:
    """The API as a process of its own, with these variables; it does not outlive the test."""
    environment = child_environment(LOG_FORMAT="json", **variables)
    command = (sys.executable, "-m", "api_starlette")
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ended(process: Process) -> tuple[int | None, str, str]:
    """Its exit code, what it logged since, and what it said to the operator."""
    logged, said = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, logged.decode(), said.decode()


async def refusal(**variables: str | None) -> str:
    """What it says when it does not start: no log, no traceback, exit code 1."""
    async with started(**variables) as process:
        code, logged, said = await ended(process)
    assert (code, logged) == (1, "")
    return said


async def until_it_listens(process: Process) -> str:
    """The sentence it logs then."""
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    words: str = json.loads(line)["message"]
    return words


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_until_a_signal_and_then_exits_with_0(db: Database, settings: Settings, number: int) -> None:
    await given.cast(db)
    port = free_port()
    async with (
        started(DATABASE_URL=settings.database_url, API_PORT=port) as process,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as program,
    ):
        assert await until_it_listens(process) == f"The API listens on http://127.0.0.1:{port}"
        answer = await program.get("/msgs/alice", headers=given.SIMULATOR)
        assert len(await answer.json()) == 2
        assert "Server" not in answer.headers
        process.send_signal(number)
        code, logged, said = await ended(process)
    assert (code, said) == (0, "")
    assert [json.loads(line)["message"] for line in logged.splitlines()] == ["GET /msgs/{username} 200"]


async def test_a_request_that_runs_may_finish(db: Database, settings: Settings) -> None:
    await given.cast(db)
    port = free_port()
    async with (
        started(DATABASE_URL=settings.database_url, API_PORT=port) as process,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as program,
        db.pool.acquire() as connection,
    ):
        await until_it_listens(process)
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("LOCK TABLE messages")
        posting = asyncio.create_task(
            program.post("/msgs/alice", json={"content": "the last"}, headers=given.SIMULATOR)
        )
        for _ in range(500):
            if await db.pool.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"):
                break
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        await transaction.rollback()
        assert (await posting).status == 204
        code, _, said = await ended(process)
    assert (code, said) == (0, "")
    assert await db.pool.fetchval("SELECT content FROM messages ORDER BY message_id DESC") == "the last"


async def test_every_bad_setting_is_named_and_it_does_not_start() -> None:
    said = await refusal(API_PORT="abc", LOG_LEVEL="LOUD")
    assert [line.split()[0] for line in said.splitlines()] == ["API_PORT", "LOG_LEVEL"]


async def test_without_a_database_it_does_not_start() -> None:
    assert await refusal(DATABASE_URL=None) == "DATABASE_URL is not set: it says where PostgreSQL is\n"
    nobody, here = f"127.0.0.1:{free_port()}", "The database of DATABASE_URL cannot be reached"
    said = await refusal(DATABASE_URL=f"postgresql://u:p@{nobody}/d")
    assert said == f"{here} ({nobody}: ConnectionRefusedError)\n"
    other = f"127.0.0.1:{free_port()}"
    said = await refusal(DATABASE_URL=f"postgresql://u:p@{nobody},{other}/d?target_session_attrs=primary")
    assert said == f"{here} ({nobody}: ConnectionRefusedError, {other}: ConnectionRefusedError)\n"


async def test_on_a_database_that_is_not_migrated_it_does_not_start(db: Database, settings: Settings) -> None:
    await db.pool.execute("CREATE DATABASE bare")
    try:
        said = await refusal(DATABASE_URL=settings.database_url.rpartition("/")[0] + "/bare")
    finally:
        await db.pool.execute("DROP DATABASE bare WITH (FORCE)")
    assert said.startswith("The database is not migrated, it lacks 0001-users, ")
    assert said.endswith(": run python -m db migrate\n")
    assert said.count("\n") == 1


async def test_on_a_port_in_use_it_does_not_start(db: Database, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        said = await refusal(DATABASE_URL=settings.database_url, API_PORT=port)
    assert said == f"The API cannot listen on 127.0.0.1, port {port}: Address already in use\n"


async def test_on_an_address_of_another_machine_it_does_not_start(db: Database, settings: Settings) -> None:
    said = await refusal(DATABASE_URL=settings.database_url, HOST="192.0.2.1")
    assert said.startswith("The API cannot listen on 192.0.2.1, port 8001: ")
    assert said.count("\n") == 1
