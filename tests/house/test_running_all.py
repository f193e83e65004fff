"""`make test`: the real scripts/test, with programs that write down what they are asked for. Every part runs, a failure
of any part is one of the whole, and what could not be had is named."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PYTHON = """
import os, signal, sys, time

words = " ".join(sys.argv[1:])


def note(line):
    with open("record", "a") as record:
        record.write(line + "\\n")


def end(*_):
    note(f"{part} is told to end.")
    sys.exit(2)


behind = {"-m pytest -m long": "LONG", "-m pytest -m alone and watching": "WATCHING"}
part = next((part for begin, part in behind.items() if words.startswith(begin)), None)
signal.signal(signal.SIGINT, end)
note(words)
if part:
    print(f"What {part} says.")
    time.sleep(float(os.environ.get(f"{part}_LASTS", 0)))
    note(f"{part} ends.")
    sys.exit(int(os.environ.get(part, 0)))
sys.exit(words.startswith(os.environ.get("BREAKS", "nothing")) and os.environ["ON"] in words)
"""
"""Stands in for the tests. BREAKS and ON say which part fails; what goes on behind it, LONG or WATCHING, takes so many
seconds as LONG_LASTS or WATCHING_LASTS says, and ends with the code LONG or WATCHING."""

ALONE, SIDE_BY_SIDE = "-m pytest -m alone and not watching", "-m pytest -n 3"


@dataclass(frozen=True)
class Whole:
    """A folder with the real script, and nothing else that is real."""

    folder: Path

    def start(self, missing: Sequence[str] = (), **more: str) -> subprocess.Popen[str]:
        tools = self.folder / "scripts" / "tools"
        tools.write_text("#!/bin/sh\n" + "".join(f"echo {tool}\n" for tool in missing))
        tools.chmod(0o755)
        return subprocess.Popen(
            [self.folder / "scripts" / "test"],
            env={"PATH": os.environ["PATH"], "TMPDIR": str(self.temporary), **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, missing: Sequence[str] = (), **more: str) -> tuple[int, str]:
        """The exit code, and what it says."""
        process = self.start(missing, **more)
        said, _ = process.communicate(timeout=60)
        return process.returncode, said

    @property
    def temporary(self) -> Path:
        return self.folder / "temporary"

    @property
    def record(self) -> list[str]:
        """What each part was asked for, in the order in which they began, and how those behind ended."""
        record = self.folder / "record"
        return record.read_text("utf-8").splitlines() if record.exists() else []

    @property
    def asked(self) -> list[str]:
        return [line for line in self.record if line.startswith("-m pytest")]


@pytest.fixture
def whole(tmp_path: Path) -> Whole:
    whole, python = Whole(tmp_path), tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -ISs "$0.py" "$@"\n', "utf-8")
    python.with_suffix(".py").write_text(PYTHON, "utf-8")
    python.chmod(0o755)
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "test", tmp_path / "scripts")
    whole.temporary.mkdir()
    return whole


def test_every_test_is_in_one_of_four_parts_and_two_of_them_run_on_both_servers(whole: Whole) -> None:
    code, said = whole.run(CI="true")
    assert (code, "Left out" in said) == (0, False)
    chosen = [words.removeprefix("-m pytest").partition(" -m ")[2].partition(" --")[0] for words in whole.asked]
    on_both = ["alone and not watching"] * 2 + ["not alone and not long"] * 2
    assert sorted(chosen) == sorted([*on_both, "alone and watching", "long"])
    for part in (ALONE, SIDE_BY_SIDE):
        servers = [words.partition("--postgres=")[2].split()[0] for words in whole.asked if words.startswith(part)]
        assert servers == ["wheel", "system"]


def test_three_files_are_side_by_side_only_after_all_that_looks_at_the_clock(whole: Whole) -> None:
    whole.run(WATCHING_LASTS="1", LONG_LASTS="2")
    others = [words for words in whole.asked if "--postgres" in words]
    assert [words.startswith(ALONE) for words in others] == [True, True, False, False]
    wanted = [others[1], "WATCHING ends.", others[2], "LONG ends."]
    assert [line for line in whole.record if line in wanted] == wanted, "what watches goes on beside what is alone"


@pytest.mark.parametrize("server", ["wheel", "system"])
@pytest.mark.parametrize("part", [ALONE, SIDE_BY_SIDE])
def test_a_failure_of_a_part_is_one_of_the_whole_and_the_others_run(whole: Whole, part: str, server: str) -> None:
    assert whole.run(BREAKS=part, ON=server)[0] == 1
    assert len(whole.asked) == 6


@pytest.mark.parametrize("part", ["LONG", "WATCHING"])
def test_a_failure_behind_the_others_is_one_of_the_whole_and_what_it_says_is_shown(whole: Whole, part: str) -> None:
    code, said = whole.run(**{part: "1", f"{part}_LASTS": "1"})
    assert (code, len(whole.asked)) == (1, 6)
    assert said.index("What WATCHING says.") < said.index("What LONG says.")


def test_what_could_not_be_had_is_named_and_with_ci_that_is_a_failure(whole: Whole) -> None:
    code, said = whole.run(["wrk", "namespaces"], LONG="5", WATCHING="5")
    assert code == 0
    assert "the tests that need wrk: it is not installed" in said
    assert "the tests in a network of their own: only root can make one" in said
    assert all("and not wrk and not namespaces" in words for words in whole.asked)
    assert whole.run(["wrk"], CI="true")[0] == 1


def test_without_a_server_of_the_system_there_is_no_second_run_and_that_is_said(whole: Whole) -> None:
    code, said = whole.run(["postgresql"])
    assert (code, "the second run on the PostgreSQL of the system: none is installed" in said) == (0, True)
    assert not [words for words in whole.asked if "--postgres=system" in words]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, id="Ctrl-C, which all of them hear"),
        pytest.param(signal.SIGTERM, 143, id="SIGTERM, to it alone"),
    ],
)
def test_who_stops_it_stops_what_goes_on_behind(whole: Whole, number: signal.Signals, code: int) -> None:
    process = whole.start(LONG_LASTS="60", WATCHING_LASTS="60")
    while len(whole.asked) < 4:
        time.sleep(0.02)
    time.sleep(0.2)  # what was begun last has said what it is asked for, and ends
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    process.communicate(timeout=10)
    assert process.returncode == code
    assert sorted(whole.record)[-2:] == ["LONG is told to end.", "WATCHING is told to end."]
    assert list(whole.temporary.iterdir()) == []


def test_who_is_over_is_not_stopped(whole: Whole) -> None:
    process = whole.start(LONG_LASTS="60")
    while len(whole.asked) < 6:
        time.sleep(0.02)
    time.sleep(0.2)  # the last has said what it is asked for, and ends
    process.terminate()
    said, _ = process.communicate(timeout=10)
    assert (process.returncode, "No such process" in said) == (143, False)
    assert sorted(whole.record)[-2:] == ["LONG is told to end.", "WATCHING ends."]
