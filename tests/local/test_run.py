"""A run: what it says and serves, how it stops, and that it comes back after any of its parts was killed."""

import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from local.cluster import ROLES
from local.programs import Programs
from tests.local.conftest import Start
from tests.local.runs import Run, family, listens

KEPT = {"cluster", "lock", "password", "passwords", "postgres.log", "url", "url-dba"}
PARTS = {"site": "-m web_aiohttp", "API": "-m api_starlette", "database": "/postgres -D"}


def test_it_says_where_everything_is_and_how_to_stop_and_both_doors_answer(start: Start) -> None:
    run = start().up()
    for address in (f"http://localhost:{run.web_port}", f"http://localhost:{run.api_port}"):
        assert f"  {address}\n" in run.said
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310 - an address of our own
            assert answer.status == 200
    assert "Press Ctrl-C to stop it." in run.said


def test_where_the_database_is_can_be_read_by_its_owner_alone(start: Start, data: Path) -> None:
    start().up()
    written = data / "url"
    assert written.stat().st_mode & 0o777 == 0o600
    with psycopg.connect(written.read_text("ascii")) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (0,)


def test_each_door_signs_in_as_itself_and_the_dba_finds_a_way_in_of_their_own(start: Start, data: Path) -> None:
    start().up()
    for written in (data / "url-dba", *(data / "passwords").iterdir()):
        assert written.stat().st_mode & 0o777 == 0o600
    with psycopg.connect((data / "url-dba").read_text("ascii")) as connection:
        signed_in = "SELECT usename FROM pg_stat_activity WHERE application_name = %s"
        assert {row[0] for row in connection.execute(signed_in, ["minitwit-web"])} == {"minitwit_site"}
        assert {row[0] for row in connection.execute(signed_in, ["minitwit-api"])} == {"minitwit_api"}
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT email FROM users")


def test_data_that_was_put_aside_stays_and_can_be_put_back(kept: Path, programs: Programs) -> None:
    """As somebody does who wants to begin anew."""
    (kept / "cluster").rename(kept / "cluster-of-before")
    fresh = Run(kept, programs).up()
    assert fresh.register("Berta") == 204
    assert fresh.stop() == 0
    shutil.rmtree(kept / "cluster")
    (kept / "cluster-of-before").rename(kept / "cluster")
    run = Run(kept, programs).up()
    assert run.register("Anna") == 400, "she is there"
    (kept / "postgres.log").unlink()
    assert run.register("Clara") == 204, "nor does a log that is taken away end anything"
    assert run.stop() == 0


@pytest.mark.parametrize("lost", [shutil.rmtree, lambda folder: [path.write_text("") for path in folder.iterdir()]])
def test_data_whose_roles_have_no_passwords_yet_goes_on(
    kept: Path, programs: Programs, lost: Callable[[Path], object]
) -> None:
    lost(kept / "passwords")
    run = Run(kept, programs).up()
    assert run.register("Anna") == 400, "she is there"
    assert run.stop() == 0
    assert sorted(path.name for path in (kept / "passwords").iterdir()) == sorted(ROLES)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_of_it_and_the_next_start_finds_the_data(
    kept: Path, programs: Programs, ending: signal.Signals
) -> None:
    run = Run(kept, programs).up()
    assert run.register("Anna") == 400
    parts = family(run)
    assert len(parts) > 4
    assert run.stop(ending) == 0
    assert run.said.endswith("MiniTwit has stopped. The data stays in " + str(kept) + ".\n")
    assert not [part for part in parts if part.is_running() and part.status() != psutil.STATUS_ZOMBIE]


def test_a_second_signal_does_not_disturb_the_stop(kept: Path, programs: Programs) -> None:
    run = Run(kept, programs).up()
    run.process.send_signal(signal.SIGINT)
    run.process.send_signal(signal.SIGTERM)
    assert run.stop(signal.SIGINT) == 0
    assert "database system is shut down" in (kept / "postgres.log").read_text().splitlines()[-1]


def test_a_warm_start_takes_less_than_five_seconds(kept: Path, programs: Programs) -> None:
    run = Run(kept, programs).up()
    took = time.monotonic() - run.began
    run.stop()
    assert took < 5


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_killed_ends_the_run_with_its_name_and_the_next_run_works(
    kept: Path, programs: Programs, part: str
) -> None:
    run = Run(kept, programs).up()
    run.part(PARTS[part]).kill()
    assert run.ended() == 1
    assert f"The {part} ended by SIGKILL, so everything was stopped." in run.said
    assert not listens(run.web_port)
    assert not listens(run.api_port)
    _runs_again(kept, programs)


def test_a_killed_migration_ends_the_run_and_the_next_run_works(kept: Path, programs: Programs) -> None:
    run = Run(kept, programs)
    run.part("-m db migrate").kill()
    assert run.ended() == 1
    assert "The migration of the database ended by SIGKILL, so nothing was started." in run.said
    _runs_again(kept, programs)


def test_a_killed_supervisor_takes_its_parts_along_and_the_next_run_works_at_the_same_ports(
    kept: Path, programs: Programs
) -> None:
    run = Run(kept, programs).up()
    run.process.kill()
    run.process.wait()
    ports = {"WEB_PORT": str(run.web_port), "API_PORT": str(run.api_port)}
    again = Run(kept, programs, ports).up()
    again.api_port = run.api_port
    assert again.register("Anna") == 400
    assert again.stop() == 0


def test_a_killed_initdb_leaves_nothing_that_the_next_run_stumbles_over(start: Start, data: Path) -> None:
    run = start()
    run.part("/initdb ")
    run.process.kill()
    run.process.wait()
    again = start().up()
    assert again.register("Anna") == 204
    assert {path.name for path in data.iterdir()} == KEPT


def test_a_lock_file_whose_number_is_another_process_by_now_does_not_keep_the_database_from_starting(
    kept: Path, programs: Programs
) -> None:
    run = Run(kept, programs).up()
    run.part(PARTS["database"]).kill()
    run.ended()
    lock = kept / "cluster" / "postmaster.pid"
    other = subprocess.Popen(["sleep", "60"])
    try:
        lock.write_text("\n".join([str(other.pid), *lock.read_text().splitlines()[1:]]) + "\n")
        _runs_again(kept, programs)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_make_run_ends_all_of_it_with_itself(kept: Path, programs: Programs, ending: signal.Signals) -> None:
    # .venv exists, the tests run from it: -o keeps make from looking whether it is up to date.
    make = ("make", "-o", ".venv-local", "run", f"python='{sys.executable}'")
    run = Run(kept, programs, command=make).up()
    parts = family(run)
    assert run.stop(ending) == -ending
    gone, left = psutil.wait_procs(parts, timeout=10)
    assert gone
    assert not left
    assert "MiniTwit has stopped." in run.said


def _runs_again(kept: Path, programs: Programs) -> None:
    again = Run(kept, programs).up()
    assert again.register("Anna") == 400
    assert again.stop() == 0
