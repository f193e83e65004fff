"""The doors of a run reach its PostgreSQL by a UNIX socket, which is nearer than a port; else by the port."""

import signal
from pathlib import Path

import asyncpg
import psycopg
import pytest

from local.cluster import SOCKET, Cluster
from local.postgres import Server
from local.programs import Programs
from tests.local.conftest import Start
from tests.local.runs import Run

DEEP = "a rather long name of a folder " * 4


def _doors_come_from(data: Path) -> set[str | None]:
    """The addresses of the doors, as PostgreSQL sees them: none by a socket."""
    with psycopg.connect((data / "url").read_text("ascii")) as connection:
        doors = (
            "SELECT host(client_addr) FROM pg_stat_activity WHERE application_name IN ('minitwit-web', 'minitwit-api')"
        )
        return {row[0] for row in connection.execute(doors)}


def _sockets(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "cluster").glob(f"{SOCKET}*"))


def test_both_doors_come_by_the_socket_beside_the_data(start: Start, data: Path) -> None:
    start().up()
    assert _doors_come_from(data) == {None}


def test_where_the_path_of_a_socket_would_be_too_long_they_come_by_the_port(tmp_path: Path, programs: Programs) -> None:
    data = tmp_path / DEEP / "data"
    data.parent.mkdir()
    run = Run(data, programs).up()
    assert _doors_come_from(data) == {"127.0.0.1"}
    assert not _sockets(data)
    assert run.stop() == 0


def test_what_a_killed_database_leaves_is_gone_when_the_next_one_runs(kept: Path, programs: Programs) -> None:
    run = Run(kept, programs).up()
    left = _sockets(kept)
    run.part("/postgres -D").send_signal(signal.SIGKILL)
    run.ended()
    assert _sockets(kept) == left
    again = Run(kept, programs).up()
    assert len(_sockets(kept)) == 2, "one, and its lock"
    assert _sockets(kept) != left
    assert again.stop() == 0
    assert not _sockets(kept)


@pytest.mark.parametrize("name", ["two words", 'it\'s, "here"', "50 %2F?#@:é"])
async def test_any_name_of_a_folder_will_do(tmp_path: Path, programs: Programs, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    cluster = Cluster(folder)
    cluster.create(programs, durable=False)
    server = Server(cluster, programs)
    server.start()
    try:
        connection = await asyncpg.connect(server.nearest_url)
        assert await connection.fetchval("SELECT inet_client_addr()") is None
        await connection.close()
    finally:
        server.stop()


def test_where_no_socket_is_the_nearest_way_is_the_port(tmp_path: Path, programs: Programs) -> None:
    cluster = Cluster(tmp_path)
    cluster.create(programs, durable=False)
    assert cluster.nearest_url(5432) == cluster.url(5432), "there is none yet"
