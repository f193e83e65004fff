"""A PostgreSQL for the moment: its own, with a password, and gone without a trace."""

import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest

from local.postgres import throw_away
from local.programs import Programs
from tests.local.runs import Run

READS = "import os; from db import migrate; print(migrate.status(os.environ['DATABASE_URL']))"


def _servers() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def _exists(folder: Path) -> bool:
    return folder.exists()


async def test_two_stand_side_by_side_and_each_keeps_to_itself(programs: Programs) -> None:
    before = _servers()
    with throw_away(programs) as one, throw_away(programs, {"work_mem": "5MB"}) as other:
        assert len(_servers() - before) == 2
        connections = [await asyncpg.connect(url) for url in (one, other)]
        await connections[0].execute("CREATE TABLE mine ()")
        assert await connections[1].fetchval("SELECT to_regclass('mine')") is None
        assert await connections[1].fetchval("SHOW work_mem") == "5MB"
        assert await connections[1].fetchval("SHOW server_encoding") == "UTF8"
        assert await connections[1].fetchval("SHOW data_checksums") == "on"
        folder = Path(await connections[0].fetchval("SHOW data_directory")).parent
        assert _exists(folder)
        for connection in connections:
            await connection.close()
    assert _servers() <= before
    assert not _exists(folder)


async def test_it_asks_for_the_password_and_listens_on_this_machine_only(programs: Programs) -> None:
    with throw_away(programs) as url:
        wrong = url.replace("minitwit:", "minitwit:x", 1)
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(wrong)
        listening = [socket for socket in psutil.net_connections("tcp") if socket.status == psutil.CONN_LISTEN]
        places = {(socket.laddr.ip, socket.laddr.port) for socket in listening if socket.laddr}
        assert [ip for ip, port in places if port == urlsplit(url).port] == ["127.0.0.1"]


def test_a_command_finds_a_migrated_database_and_its_exit_code_is_passed_on(data: Path, programs: Programs) -> None:
    command = (sys.executable, "-m", "local", "--throw-away", sys.executable, "-c", f"{READS}; exit(7)")
    run = Run(data, programs, command=command)
    assert run.ended() == 7
    assert "('0001-users', True)" in run.said
    assert "False" not in run.said
    assert not data.exists()


def test_a_signal_ends_the_command_and_the_database_with_it(data: Path, programs: Programs) -> None:
    command = (sys.executable, "-m", "local", "--throw-away", "sleep", "60")
    run = Run(data, programs, command=command)
    server, sleeper = run.part("/postgres -D"), run.part("sleep 60")
    folder = Path(server.cmdline()[2]).parent
    assert run.stop(signal.SIGTERM) == 130
    assert not psutil.wait_procs([server, sleeper], timeout=5)[1]
    assert not folder.exists()
