"""Both doors outlive their primary, which dies, moves, freezes, or goes and comes back: nobody restarts them."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.settings import child_environment
from local.postgres import Programs, Server, free_port
from local.watch.databases import primary_and_standby
from tests.both_doors import lost

WITHIN = 15.0
"""Seconds until people write again after the primary has died, the decision of the operator not counted."""


@pytest.fixture(scope="module")
def both(programs: Programs) -> Iterator[tuple[Server, Server]]:
    """A primary and a standby that no test harms."""
    with primary_and_standby(programs) as servers:
        yield servers


async def followed(here: lost.House) -> None:
    """From now on nothing is acknowledged that the standby does not have."""
    await here.asked(here.primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
    await here.asked(here.primary, "SELECT pg_reload_conf()")
    for _ in range(100):
        if (await here.asked(here.primary, "SELECT sync_state FROM pg_stat_replication"))[0] == "sync":
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the standby does not become a synchronous one")


async def missing(here: lost.House, server: Server) -> set[str]:
    """What was acknowledged and is not there. Nothing is there twice."""
    acknowledged = [words for writer in here.writers for words in writer.acknowledged]
    written = await here.asked(server, "SELECT content FROM messages")
    assert len(set(written)) == len(written)
    return set(acknowledged) - set(written)


async def test_when_the_primary_is_killed_both_doors_write_to_the_promoted_standby(programs: Programs) -> None:
    async with lost.house(programs) as here:
        await followed(here)
        moment = time.monotonic()
        lost.kill(here.primary)
        await here.promote()
        promoted = time.monotonic() - moment
        seconds = await here.all_write(moment)
        assert seconds < WITHIN, f"promoted after {promoted:.1f} s, written again after {seconds:.1f} s"
        assert await missing(here, here.standby) == set()


async def test_what_only_the_primary_has_is_lost_with_it_unless_the_standby_is_synchronous(programs: Programs) -> None:
    async with lost.house(programs) as here:
        with lost.frozen(here.primary, only="walsender"):
            await asyncio.sleep(0.5)
            lost.kill(here.primary)
        await here.promote()
        assert len(await missing(here, here.standby)) > 10


async def test_a_primary_that_comes_back_as_a_standby_is_left_alone(programs: Programs) -> None:
    """The way to move on purpose: stop it, promote the other, start it as a standby where it was."""
    async with lost.house(programs) as here:
        moment = time.monotonic()
        here.primary.stop()
        await here.promote()
        data = here.primary.cluster.data
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"primary_conninfo = '{here.url(here.standby)}'\n")
        (data / "standby.signal").touch()
        await asyncio.to_thread(here.primary.start, port=here.primary.port)
        seconds = await here.all_write(moment)
        assert seconds < WITHIN, f"written again after {seconds:.1f} s"
        await asyncio.sleep(1.0)
        await here.all_write(time.monotonic())
        connected = "SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('minitwit-web', 'minitwit-api')"
        assert (await here.asked(here.primary, "SELECT pg_is_in_recovery()"))[0]
        assert (await here.asked(here.primary, connected))[0] == 0, "nobody stays with it"
        assert (await here.asked(here.standby, connected))[0] >= 2
        assert await missing(here, here.standby) == set()


async def test_when_postgresql_was_away_for_a_while_both_doors_come_back_by_themselves(programs: Programs) -> None:
    async with lost.house(programs) as here:
        here.primary.stop()
        await asyncio.sleep(3.0)
        await asyncio.to_thread(here.primary.start, port=here.primary.port)
        moment = time.monotonic()
        seconds = await here.all_write(moment)
        assert seconds < 3.0, f"written again {seconds:.1f} s after it came back"
        assert all(process.returncode is None for process in here.doors.values())
        assert await missing(here, here.primary) == set()


async def test_a_primary_that_is_frozen_is_left_for_the_one_that_was_promoted(programs: Programs) -> None:
    """Nothing says that it has gone: each statement waits for its time limit."""
    async with lost.house(programs) as here:
        await followed(here)
        with lost.frozen(here.primary):
            moment = time.monotonic()
            await here.promote()
            seconds = await here.all_write(moment)
            assert seconds < WITHIN, f"written again after {seconds:.1f} s"
            assert await missing(here, here.standby) == set()
            lost.kill(here.primary)


async def test_a_door_stops_in_time_while_postgresql_is_frozen(programs: Programs) -> None:
    async with lost.house(programs, SHUTDOWN_SECONDS="2") as here:
        with lost.frozen(here.primary):
            await asyncio.sleep(0.5)  # by then each writer waits for a statement
            for package, process in here.doors.items():
                started = time.monotonic()
                process.terminate()
                _, said = await asyncio.wait_for(process.communicate(), 20)
                seconds = time.monotonic() - started
                assert (process.returncode, said) == (0, b""), package
                assert seconds < 2 + 3, f"{package} stopped after {seconds:.1f} s"


@contextmanager
def silent() -> Iterator[str]:
    """A host that drops what is sent to it: its queue is full, and who comes after is not even refused."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        with socket.create_connection(listener.getsockname()):
            yield f"127.0.0.1:{listener.getsockname()[1]}"


async def test_a_first_host_that_is_silent_keeps_no_request_from_the_second(programs: Programs) -> None:
    with silent() as nobody:
        async with lost.house(programs, first=nobody) as here:
            moment = time.monotonic()
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'minitwit-%'"
            assert len(await here.asked(here.primary, ended)) >= 2
            seconds = await here.all_write(moment)
            assert seconds < 1.0, f"written again after {seconds:.1f} s: the host that was good is asked first"


@pytest.mark.parametrize("kind", ["silent", "without a name", "down", "a standby"])
def test_a_command_finds_the_primary_behind_a_first_host_that_is(kind: str, both: tuple[Server, Server]) -> None:
    primary, standby = both
    with silent() as nobody:
        first = {
            "silent": nobody,
            "without a name": "nobody.invalid",
            "down": f"127.0.0.1:{free_port()}",
            "a standby": f"127.0.0.1:{standby.port}",
        }[kind]
        url = lost.hosts("minitwit", primary, first=first)
        for command in ("status", "check"):
            started = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-m", "db", command],
                env=child_environment(DATABASE_URL=url),
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
            assert done.returncode == 0, f"{command}: {done.stderr}"
            assert time.monotonic() - started < 6.0


def test_where_no_host_is_a_primary_the_operator_reads_why_of_each(both: tuple[Server, Server]) -> None:
    _, standby = both
    down, url = f"127.0.0.1:{free_port()}", lost.hosts("minitwit", both[0])
    listed = url.replace(f"127.0.0.1:{both[0].port}", f"{down},127.0.0.1:{standby.port}")
    for command in ("db check", "web_aiohttp", "api_starlette"):
        done = subprocess.run(
            [sys.executable, "-m", *command.split()],
            env=child_environment(DATABASE_URL=listed),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            f"The database of DATABASE_URL cannot be reached ({down}: ConnectionRefusedError, "
            f"127.0.0.1:{standby.port}: not what target_session_attrs asks for)\n"
        )
