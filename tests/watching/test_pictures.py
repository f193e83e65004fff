"""The pictures show what Prometheus knows: every panel that has data draws points, in units that a person reads."""

import math
from pathlib import Path

import pytest

from local.watch import drawing, grafana, pictures
from local.watch.units import spoken
from tests.watching.conftest import Watched


@pytest.mark.watching
@pytest.mark.parametrize("name", grafana.questions())
def test_a_picture_draws_every_panel_that_has_data(watched: Watched, tmp_path: Path, name: str) -> None:
    path = tmp_path / "picture.png"
    question = grafana.questions()[name]
    drawn = pictures.draw(question, watched.here.prometheus, watched.begin, watched.end, path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert drawn.keys() == {panel["title"] for panel in question["panels"]}
    assert {title for title, points in drawn.items() if points == 0} <= {"The last base backup", "Logs"}


@pytest.mark.parametrize("name", grafana.questions())
def test_each_dashboard_has_its_picture_in_the_documents(name: str) -> None:
    picture = pictures.FOLDER / f"{name}.png"
    assert 10_000 < picture.stat().st_size < 200_000
    assert f"dashboards/{name}.png" in (pictures.FOLDER.parent / "dashboards.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("value", "color"), [(-1.7, "red"), (0.0, "red"), (0.1, "orange"), (0.29, "orange"), (0.3, "green"), (9.0, "green")]
)
def test_a_number_has_the_color_that_grafana_gives_it(value: float, color: str) -> None:
    assert drawing.color_of(value, {0: "red", 0.1: "orange", 0.3: "green"}) == drawing.COLORS[color]


def test_a_legend_names_what_a_series_has() -> None:
    assert pictures.legend_of("{{status}} {{route}}", {"status": "503", "route": "/msgs"}) == "503 /msgs"
    assert pictures.legend_of("{{migration}}{{hash}}", {"hash": "d3547"}) == "d3547"


def test_a_line_ends_where_a_series_was_away() -> None:
    assert [time for time, value in drawing.with_gaps([(0, 1), (1, 1), (5, 1), (6, 1)]) if math.isnan(value)] == [2]


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.0123, "s", "12.3 ms"),
        (0.00024, "s", "240 µs"),
        (90.0, "s", "90 s"),
        (7200.0, "s", "2 h"),
        (0.9987, "percentunit", "99.87 %"),
        (0.004, "percentunit", "0.4 %"),
        (12_582_912.0, "bytes", "12 MiB"),
        (1500.0, "short", "1.5 k"),
        (29.96, "d", "30 days"),
        (16.3, "reqps", "16.3 req/s"),
        (float("nan"), "s", "–"),
    ],
)
def test_numbers_are_spoken_as_people_speak(value: float, unit: str, words: str) -> None:
    assert spoken(value, unit) == words
