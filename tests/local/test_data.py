"""What a run keeps: who may read it, and that the next run goes on with it, whatever became of the one before."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from local.cluster import ROLES
from local.programs import Programs
from tests.local.conftest import Start
from tests.local.runs import PARTS, Run, runs_again

KEPT = {"cluster", "lock", "password", "passwords", "postgres.log", "url", "url-dba"}


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


def test_a_killed_migration_ends_the_run_and_the_next_run_works(kept: Path, programs: Programs) -> None:
    run = Run(kept, programs)
    run.part("-m db migrate").kill()
    assert run.ended() == 1
    assert "The migration of the database ended by SIGKILL, so nothing was started." in run.said
    runs_again(kept, programs)


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
        runs_again(kept, programs)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
