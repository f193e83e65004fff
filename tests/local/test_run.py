"""A run: what it says and serves, how it stops, and that it comes back after any of its parts was killed."""

import signal
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from local.programs import Programs
from tests.local.conftest import Start
from tests.local.runs import PARTS, Run, family, listens, runs_again


def test_it_says_where_everything_is_and_how_to_stop_and_both_doors_answer(start: Start) -> None:
    run = start().up()
    for address in (f"http://localhost:{run.web_port}", f"http://localhost:{run.api_port}"):
        assert f"  {address}\n" in run.said
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310 - an address of our own
            assert answer.status == 200
    assert "Press Ctrl-C to stop it." in run.said


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
    runs_again(kept, programs)


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
