"""`python -m bench`: every comparison is made, written down and judged by its bound."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import bench.__main__
from bench import load, report
from bench.measures import Measure
from tests.bench.servers import answering


def test_one_short_run_measures_and_judges_everything(tmp_path: Path) -> None:
    short = ["--rounds", "1", "--seconds", "1", "--actions", "200"]
    run = subprocess.run(
        [sys.executable, "-m", "bench", *short, "--results", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert run.returncode in (0, 1), run.stderr
    page, numbers = sorted(tmp_path.iterdir(), key=lambda path: path.suffix, reverse=True)
    measures = json.loads(numbers.read_text("utf-8"))["measures"]
    # How fast this machine is today is not what is tried here: but the exit code has to say what the file says.
    assert run.returncode == int(any(measure["broken"] for measure in measures))
    bounded = {measure["name"] for measure in measures if measure["at_least"] or measure["at_most"] is not None}
    assert bounded >= {
        "buffers: timelines/public",
        "buffers: timelines/followed",
        "scenario: time, as the public simulator",
        "scenario: errors",
        "api_starlette: GET /msgs?no=30",
        "web_aiohttp: GET /public",
        "web_aiohttp: memory",
        "api_starlette: memory",
    }
    values = {measure["name"]: measure["value"] for measure in measures}
    assert values["scenario: errors"] == 0
    assert all(value > 0 for name, value in values.items() if name != "scenario: errors")
    assert all(measure["name"] in page.read_text("utf-8") for measure in measures)


def test_without_wrk_it_says_so_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert bench.__main__.main([]) == 2
    assert capsys.readouterr().err == "The load generator wrk is missing: apt-get install wrk.\n"


def test_answers_that_are_errors_are_not_counted_as_a_rate() -> None:
    # To the GETs of wrk this server answers 501: it only knows POST.
    with answering(204) as server, pytest.raises(load.NoLoad, match="Non-2xx or 3xx responses"):
        load.rate(server.url, {}, 1.0)


@pytest.mark.parametrize(
    ("measure", "broken", "bound"),
    [
        (Measure("m", 0.12, "of hello", at_least=0.12), False, "at least 0.12"),
        (Measure("m", 0.11, "of hello", at_least=0.12), True, "at least 0.12"),
        (Measure("m", 1000, "buffers", at_most=1000), False, "at most 1000"),
        (Measure("m", 1001, "buffers", at_most=1000), True, "at most 1000"),
        (Measure("m", 1, "errors", at_most=0), True, "at most 0"),
        (Measure("m", 1, "ms"), False, ""),
    ],
)
def test_a_bound_may_be_reached_and_not_passed(measure: Measure, broken: bool, bound: str) -> None:
    assert measure.broken is broken
    assert measure.bound == bound


def test_the_table_names_what_is_broken() -> None:
    told = report.table([Measure("home", 1001, "buffers", "a plan", at_most=1000), Measure("p99", 1.234, "ms")])
    assert [[cell.strip() for cell in line.strip("|").split("|")] for line in told.splitlines()[2:]] == [
        ["home", "1,001 buffers", "at most 1000", "BROKEN", "a plan"],
        ["p99", "1.23 ms", "", "", ""],
    ]
