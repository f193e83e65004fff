"""What cannot work is refused in one clear sentence and with a failing exit code, and nothing is broken by it."""

import socket
from pathlib import Path

from local.programs import Programs
from tests.local.conftest import Start
from tests.local.runs import Run, free_ports


def test_a_port_in_use_is_named_before_anything_is_made(start: Start, data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        run = start(API_PORT=str(port))
        assert run.ended() == 1
    assert run.said == (
        f"Port {port}, meant for the API, is in use: stop the program that listens there, "
        "or choose another port with API_PORT.\n"
    )
    assert [path.name for path in data.iterdir()] == ["lock"]


def test_one_port_for_both_doors_is_refused(start: Start) -> None:
    port = str(free_ports()[0])
    run = start(WEB_PORT=port, API_PORT=port)
    assert run.ended() == 1
    assert run.said == f"WEB_PORT and API_PORT are both {port}: each needs a port of its own.\n"


def test_an_address_of_another_machine_is_refused(start: Start) -> None:
    run = start(HOST="192.0.2.1")
    assert run.ended() == 1
    assert run.said == (
        f"The site cannot listen on 192.0.2.1 port {run.web_port}: this machine has no such address (HOST).\n"
    )


def test_a_second_run_on_the_same_data_is_refused_and_the_first_goes_on(kept: Path, programs: Programs) -> None:
    first = Run(kept, programs).up()
    second = Run(kept, programs)
    assert second.ended() == 1
    assert second.said == (
        f"MiniTwit uses the data in {kept} already (process {first.process.pid}): "
        "stop that one first, or choose another DATA_DIR.\n"
    )
    assert first.register("Anna") == 400
    assert first.stop() == 0


def test_data_of_another_major_version_is_refused_and_left_as_it_is(kept: Path, programs: Programs) -> None:
    version = kept / "cluster" / "PG_VERSION"
    genuine = version.read_text()
    version.write_text("14\n")
    try:
        run = Run(kept, programs)
        assert run.ended() == 1
    finally:
        version.write_text(genuine)
    assert run.said.startswith("The data was made by PostgreSQL 14, and here is only PostgreSQL ")
    assert run.said.endswith(": install postgresql-14, or choose another DATA_DIR.\n")
    assert run.said.count("\n") == 1
    again = Run(kept, programs).up()
    assert again.register("Anna") == 400
    assert again.stop() == 0


def test_a_place_that_is_no_folder_is_refused(start: Start, data: Path) -> None:
    data.touch()
    run = start()
    assert run.ended() == 1
    assert run.said == f"The data cannot be kept in {data}: File exists. Choose another place with DATA_DIR.\n"


def test_a_lost_password_is_named(kept: Path, programs: Programs) -> None:
    (kept / "password").rename(kept / "elsewhere")
    try:
        run = Run(kept, programs)
        assert run.ended() == 1
    finally:
        (kept / "elsewhere").rename(kept / "password")
    assert run.said == (
        f"The password of the database cannot be read from {kept}/password: No such file or directory.\n"
    )


def test_a_broken_cluster_is_reported_in_the_words_of_postgresql(kept: Path, programs: Programs) -> None:
    control = kept / "cluster" / "global" / "pg_control"
    control.rename(kept / "pg_control")
    try:
        run = Run(kept, programs)
        assert run.ended() == 1
    finally:
        (kept / "pg_control").rename(control)
    assert run.said.startswith("PostgreSQL did not start: ")
    assert run.said.endswith(f" (its log is {kept}/postgres.log).\n")
    assert run.said.count("\n") == 1


def test_every_bad_setting_is_named_on_a_line_of_its_own(start: Start) -> None:
    run = start(WEB_PORT="http", SHUTDOWN_SECONDS="soon")
    assert run.ended() == 2
    assert len(run.said.splitlines()) == 2
    assert {line.split()[0] for line in run.said.splitlines()} == {"WEB_PORT", "SHUTDOWN_SECONDS"}


def test_a_folder_without_programs_in_pgbin_is_refused(start: Start, tmp_path: Path) -> None:
    run = start(PGBIN=str(tmp_path))
    assert run.ended() == 1
    assert run.said == f"PGBIN is {tmp_path}, and no PostgreSQL of version 15 or newer can be run from there.\n"


def test_a_database_that_cannot_be_reached_is_said_once_and_nothing_is_started(start: Start) -> None:
    run = start(DATABASE_URL=f"postgresql://nobody:secret@127.0.0.1:{free_ports()[0]}/nothing")
    assert run.ended() == 1
    assert "The migration of the database ended with exit code 1, so nothing was started." in run.said
    assert "secret" not in run.said
    assert "Traceback" not in run.said
