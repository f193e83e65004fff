"""The dashboards as pictures, for eyes without a Grafana: each panel's query is asked of a running Prometheus.

`make dashboards` starts everything, plays a scenario with a moment of trouble, and draws into docs/dashboards.
"""

import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from PIL import Image

from core.settings import Settings
from db import numbers
from local import supervisor
from local.postgres import find_programs
from local.watch import configuration, drawing, everything, grafana, queries, traffic
from local.words import CannotRun, complain, say

FOLDER = Path(__file__).parents[2] / "docs" / "dashboards"

WINDOWS = {"5m": "15s", "1m": "15s"}
"""A run of two minutes shows in such windows what hours show in those of the rules."""

WIDTH, COLUMN, LINE, HEAD, AIR = 13.9, 0.575, 0.4, 0.8, 0.05
"""Inches: the page, a column and a line of Grafana's grid, what stands above it, around each card."""


def draw(question: dict[str, Any], prometheus: str, begin: float, end: float, path: Path) -> dict[str, int]:
    """One dashboard. How many points each panel drew, by its title."""
    mpl.use("Agg")
    mpl.rcParams["font.family"] = "DejaVu Sans"  # which matplotlib brings along
    placed = list(zip(question["panels"], grafana.panels(question["panels"]), strict=True))
    height = HEAD + max(at["gridPos"]["y"] + at["gridPos"]["h"] for _, at in placed) * LINE + AIR
    figure = plt.figure(figsize=(WIDTH, height), dpi=100, facecolor=drawing.BACK)
    figure.text(0.012, 1 - 0.3 / height, question["title"], fontsize=19, weight="bold", va="center")
    figure.text(0.012, 1 - 0.62 / height, question["says"], fontsize=10, color=drawing.GREY, va="center")
    drawn = {}
    for panel, at in placed:
        left, bottom = at["gridPos"]["x"] * COLUMN, at["gridPos"]["y"] + at["gridPos"]["h"]
        size = at["gridPos"]["w"] * COLUMN - 2 * AIR, at["gridPos"]["h"] * LINE - 2 * AIR
        card = drawing.Card(figure, left + 2 * AIR, height - HEAD - bottom * LINE + AIR, *size)
        found = _found(panel, prometheus, begin, end)
        drawing.panel(card, panel, found, end - begin)
        drawn[panel["title"]] = sum(len(each.points) for each in found)
    figure.savefig(path, metadata={"Software": None}, pil_kwargs={"optimize": True})
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, kmeans=1).save(
            path, optimize=True
        )  # half the bytes, and no eye sees it
    plt.close(figure)
    return drawn


def _found(panel: dict[str, Any], prometheus: str, begin: float, end: float) -> list[drawing.Series]:
    step = max(1.0, (end - begin) / 240)
    return [
        drawing.Series(legend_of(legend, labels), labels, [(t - begin, value) for t, value in points])
        for legend, expression in panel["queries"].items()
        for labels, points in queries.over(prometheus, asked(expression), begin, end, step)
    ]


def asked(expression: str) -> str:
    """A panel's expression in the windows of the pictures."""
    return configuration.shortened(queries.filled(expression), WINDOWS)


def legend_of(legend: str, labels: dict[str, str]) -> str:
    """`{{job}}` by the series' label; nothing where it has none."""
    return re.sub(r"\{\{(\w+)\}\}", lambda name: labels.get(name[1], ""), legend)


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
                end = time.time()  # of all: drawing takes a while, in which nothing happens
                for name, question in grafana.questions().items():
                    path = FOLDER / f"{name}.png"
                    draw(question, here.prometheus, begin, end, path)
                    say(f"{path.relative_to(FOLDER.parents[1])}  {question['title']}")
    except KeyboardInterrupt:
        return 130
    except CannotRun as error:
        complain(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
