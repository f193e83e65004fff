"""The dashboards as pictures, for eyes without a Grafana: each panel's query is asked of a running Prometheus.

`make dashboards` starts everything, plays a scenario with a moment of trouble, and draws into docs/dashboards.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec
from matplotlib.patches import Rectangle
from PIL import Image

from core.settings import Settings
from db import numbers
from local import supervisor
from local.postgres import find_programs
from local.watch import configuration, everything, grafana, queries, traffic
from local.watch.units import spoken
from local.words import CannotRun, complain, say

FOLDER = Path(__file__).parents[2] / "docs" / "dashboards"

COLORS = {"green": "#2e8b57", "orange": "#d9822b", "red": "#c0392b", "text": "#22303c"}
LINES = ("#2563a8", "#d9822b", "#2e8b57", "#8e44ad", "#c0392b", "#16808c", "#7f6a00", "#d6569a", "#566573", "#4a7c0c")
GREY = "#66757f"

MOST = 8
"""Lines in one panel: topk() chooses anew at each moment, and all that it ever chose are more."""

WINDOWS = {"5m": "15s", "1m": "15s"}
"""A run of two minutes shows in such windows what hours show in those of the rules."""

Series = tuple[dict[str, str], list[tuple[float, float]]]


def draw(question: dict[str, Any], prometheus: str, begin: float, end: float, path: Path) -> dict[str, int]:
    """One dashboard. How many points each panel drew, by its title."""
    mpl.use("Agg")
    placed = list(zip(question["panels"], grafana.panels(question["panels"]), strict=True))
    rows = max(at["gridPos"]["y"] + at["gridPos"]["h"] for _, at in placed)
    figure = plt.figure(figsize=(14, rows * 0.42 + 0.9), dpi=72, facecolor="white")
    grid = GridSpec(rows, 24, figure, left=0.035, right=0.985, top=1 - 0.85 / (rows * 0.42 + 0.9), bottom=0.02)
    figure.text(0.012, 1 - 0.3 / (rows * 0.42 + 0.9), question["title"], fontsize=19, weight="bold", va="center")
    figure.text(0.012, 1 - 0.63 / (rows * 0.42 + 0.9), question["says"], fontsize=10, color=GREY, va="center")
    drawn = {}
    for panel, at in placed:
        place = at["gridPos"]
        axes = figure.add_subplot(grid[place["y"] : place["y"] + place["h"], place["x"] : place["x"] + place["w"]])
        found = _found(panel, prometheus, begin, end)
        drawn[panel["title"]] = sum(len(points) for _, points in found)
        axes.set_title(panel["title"], fontsize=10, weight="bold", loc="left", color=COLORS["text"])
        if not found:
            _words(axes, [("nothing here on this machine", GREY)])
        elif panel["kind"] == "graph":
            _graph(axes, panel, found, begin)
        else:
            _last(axes, panel, found)
        box = axes.get_position()  # air between the panels
        card = (box.x0 - 0.022, box.y0 + 0.004), box.width + 0.014, box.height - 0.006
        figure.add_artist(Rectangle(*card, facecolor="none", edgecolor="#dfe6ea", lw=1, transform=figure.transFigure))
        axes.set_position((box.x0 + 0.016, box.y0 + box.height * 0.24, box.width - 0.034, box.height * 0.56))
    figure.savefig(path, metadata={"Software": None}, pil_kwargs={"optimize": True})
    with Image.open(path) as drawn_picture:
        drawn_picture.quantize(64).save(path, optimize=True)  # a third of the bytes, and no eye sees it
    plt.close(figure)
    return drawn


def _found(panel: dict[str, Any], prometheus: str, begin: float, end: float) -> list[tuple[str, Any]]:
    """Each series by its legend."""
    step = max(1.0, (end - begin) / 240)
    return [
        (legend_of(legend, labels), points)
        for legend, expression in panel["queries"].items()
        for labels, points in queries.over(prometheus, asked(expression), begin, end, step)
    ]


def asked(expression: str) -> str:
    """A panel's expression in the windows of the pictures."""
    return configuration.shortened(queries.filled(expression), WINDOWS)


def legend_of(legend: str, labels: dict[str, str]) -> str:
    """`{{job}}` by the series' label."""
    for name, value in labels.items():
        legend = legend.replace(f"{{{{{name}}}}}", value)
    return legend


def _graph(axes: Axes, panel: dict[str, Any], found: Sequence[tuple[str, Any]], begin: float) -> None:
    found = sorted(found, key=lambda each: -max(value for _, value in each[1]))[:MOST]
    largest = max(value for _, points in found for _, value in points if value == value)  # noqa: PLR0124  # NaN
    for (legend, points), color in zip(found, LINES * 3, strict=False):
        axes.plot([t - begin for t, _ in points], [value for _, value in points], color=color, lw=1.4, label=legend)
    for value, color in list(panel.get("thresholds", {}).items())[1:]:
        if value <= largest * 1.6 or color == "red":
            axes.axhline(value, color=COLORS[color], lw=0.9, ls=(0, (4, 3)))
    axes.yaxis.set_major_formatter(lambda value, _: spoken(value, panel["unit"]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f} s")
    if panel["unit"] != "percentunit":
        axes.set_ylim(bottom=0)
    axes.tick_params(labelsize=8, colors=GREY, length=0)
    axes.grid(axis="y", color="#e6ecf0", lw=0.8)
    axes.spines[:].set_visible(False)
    axes.legend(
        loc="upper left", bbox_to_anchor=(-0.02, -0.12), ncols=3 if len(found) > 2 else 2, fontsize=7, frameon=False
    )


def _last(axes: Axes, panel: dict[str, Any], found: Sequence[tuple[str, Any]]) -> None:
    """The newest value of each, in the color that its thresholds give it."""
    lines = []
    for legend, points in found[:5]:
        value = points[-1][1]
        color = [color for bound, color in panel.get("thresholds", {0: "text"}).items() if value >= bound] or ["text"]
        lines.append((f"{spoken(value, panel['unit'])}|{legend}", COLORS[color[-1]]))
    _words(axes, lines)


def _words(axes: Axes, lines: Sequence[tuple[str, str]]) -> None:
    axes.set_axis_off()
    size = 22 if len(lines) == 1 else 15 if len(lines) == 2 else 11
    for number, (line, color) in enumerate(lines):
        value, _, legend = line.partition("|")
        height = 1 - (number + 0.6) / len(lines)
        small = line == value and len(lines) == 1
        axes.text(0, height, value, fontsize=10 if small else size, color=color, weight="bold", va="center")
        axes.text(1, height, legend, fontsize=9, color=GREY, ha="right", va="center")


def main() -> int:
    """Start everything, play, draw. The exit code: 1 when something cannot run."""
    supervisor.listen()
    settings = Settings.read()
    FOLDER.mkdir(exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="minitwit-watch-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            programs = find_programs(settings)
            with everything.running(Path(folder), programs, {}, seconds=1.0, windows=WINDOWS) as here:
                begin = time.time()
                say("Playing for two minutes …")
                time.sleep(numbers.FRESH / 10)
                traffic.play(here, settings, actions=2500, seed=1, pause=0.015)
                traffic.trouble(here)
                traffic.play(here, settings, actions=2500, seed=2, pause=0.015)
                for name, question in grafana.questions().items():
                    path = FOLDER / f"{name}.png"
                    draw(question, here.prometheus, begin, time.time(), path)
                    say(f"{path.relative_to(FOLDER.parents[1])}  {question['title']}")
    except KeyboardInterrupt:
        return 130
    except CannotRun as error:
        complain(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
