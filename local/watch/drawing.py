"""One panel of a dashboard in its card: a graph, numbers with their small curves, bars, a table. Places are inches."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import FixedLocator, MaxNLocator, MultipleLocator

from local.watch.units import spoken

COLORS = {"green": "#23804f", "orange": "#c8701a", "red": "#c0392b", "text": "#22303c"}
LINES = ("#2563a8", "#d9822b", "#2e8b57", "#8e44ad", "#c0392b", "#16808c", "#8a7400", "#d6569a")
GREY, PALE, BACK = "#5d6b75", "#e3e9ed", "#f4f6f8"

MOST = 8
"""Lines in one panel: topk() chooses anew at each moment, and all that it ever chose are more."""

STEPS = (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400)
"""Seconds between two marks of time."""


@dataclass(frozen=True)
class Series:
    """What Prometheus answered: its legend, its labels, `[(seconds since the begin, value), …]`."""

    legend: str
    labels: dict[str, str]
    points: list[tuple[float, float]]

    @property
    def largest(self) -> float:
        return max((value for _, value in self.points if math.isfinite(value)), default=0.0)


@dataclass(frozen=True)
class Card:
    """A rectangle of the page: left, bottom, width, height."""

    figure: Figure
    left: float
    bottom: float
    width: float
    height: float

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Inside, with the distances from its left and lower edge."""
        w, h = self.figure.get_size_inches()
        place = ((self.left + left) / w, (self.bottom + bottom) / h, width / w, height / h)
        return self.figure.add_axes(place, facecolor="none")

    def words(self, text: str, top: float, **style: Any) -> None:
        """So far below its upper edge."""
        w, h = self.figure.get_size_inches()
        self.figure.text((self.left + 0.14) / w, (self.bottom + self.height - top) / h, text, va="top", **style)


def panel(card: Card, asked: dict[str, Any], found: Sequence[Series], seconds: float) -> None:
    """Title, sentence and content. `seconds` is how long the run was."""
    w, h = card.figure.get_size_inches()
    place, size = (card.left / w, card.bottom / h), (card.width / w, card.height / h)
    edge: dict[str, Any] = {"facecolor": "white", "edgecolor": PALE, "transform": card.figure.transFigure, "zorder": -1}
    card.figure.add_artist(FancyBboxPatch(place, *size, boxstyle="round,pad=0,rounding_size=0.004", **edge))
    card.words(asked["title"], 0.1, fontsize=10, weight="bold", color=COLORS["text"])
    lines = textwrap.wrap(asked["says"], int((card.width - 0.25) * 72 / 7.5 / 0.5))
    card.words("\n".join(lines), 0.31, fontsize=7.5, color=GREY, linespacing=1.25)
    room = card.height - 0.4 - 0.13 * len(lines)
    if not found:
        _nothing(card, room)
    else:
        {"graph": _graph, "stat": _numbers, "bars": _bars, "table": _table}[asked["kind"]](
            card, asked, found, room, seconds
        )


def color_of(value: float, thresholds: dict[float, str]) -> str:
    """As Grafana does: the first color holds for all that is smaller, too."""
    name = next(iter(thresholds.values()), "text")
    for bound, color in thresholds.items():
        name = color if value >= bound else name
    return COLORS[name]


def _nothing(card: Card, room: float) -> None:
    axes = card.axes(0.14, 0.1, card.width - 0.28, room - 0.1)
    axes.set_axis_off()
    axes.text(0, 0.5, "nothing on this machine", fontsize=10, color=GREY, style="italic", va="center")


def _graph(card: Card, asked: dict[str, Any], found: Sequence[Series], room: float, seconds: float) -> None:
    shown = sorted(found, key=lambda each: -each.largest)[:MOST]
    shown = [each for each in shown if each.largest > 0] or shown  # beside others nobody looks for a line at zero
    columns = 3 if max(len(each.legend) for each in shown) <= 30 else 2
    below = 0.42 + 0.145 * math.ceil(len(shown) / columns)
    axes = card.axes(0.72, below, card.width - 0.9, room - below - 0.04)
    for each, color in zip(shown, LINES, strict=False):
        times, values = zip(*with_gaps(each.points), strict=True)
        axes.plot(times, values, color=color, lw=1.5, label=each.legend, solid_capstyle="round")
    top = max(each.largest for each in shown) * 1.12 or 1.0
    axes.set_ylim(min(0.0, *(value for each in shown for _, value in each.points if math.isfinite(value))), top)
    axes.set_xlim(0, seconds)
    _thresholds(axes, asked, top)
    scale = 1024.0 ** int(math.log(max(top, 1), 1024)) if asked["unit"] == "bytes" else 1.0
    axes.yaxis.set_major_locator(
        FixedLocator([t * scale for t in MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(0, top / scale)])
    )
    axes.set_ylim(axes.get_ylim()[0], top)
    axes.yaxis.set_major_formatter(lambda value, _: spoken(value, asked["unit"]))
    axes.xaxis.set_major_locator(MultipleLocator(next((step for step in STEPS if seconds / step <= 8), STEPS[-1])))
    axes.xaxis.set_major_formatter(lambda value, _: f"{int(value) // 60}:{int(value) % 60:02d}")
    axes.tick_params(labelsize=7.5, colors=GREY, length=0)
    axes.grid(axis="y", color=PALE, lw=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    beside = (-0.6 / (card.width - 0.9), -0.24 / (room - below - 0.04))
    style: dict[str, Any] = {"fontsize": 7.5, "frameon": False, "labelcolor": COLORS["text"]}
    space = {"borderaxespad": 0.0, "handlelength": 1.2, "columnspacing": 1.4, "labelspacing": 0.3}
    axes.legend(loc="upper left", bbox_to_anchor=beside, ncols=columns, **style, **space)


def with_gaps(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where a series was away for a while, its line ends."""
    step = min((b[0] - a[0] for a, b in pairwise(points)), default=0.0)
    broken = points[:1]
    for before, point in pairwise(points):
        if point[0] - before[0] > step * 1.5:
            broken.append((before[0] + step, math.nan))
        broken.append(point)
    return broken


def _thresholds(axes: Axes, asked: dict[str, Any], top: float) -> None:
    """A line each; of those that lie above the picture, words."""
    above = []
    for value, color in list(asked.get("thresholds", {}).items())[1:]:
        if value <= top:
            axes.axhline(value, color=COLORS[color], lw=1, ls=(0, (4, 3)), zorder=1)
        else:
            above.append(f"{color} from {spoken(value, asked['unit'])}")
    axes.text(1, 1.01, " · ".join(above), fontsize=7, color=GREY, ha="right", va="bottom", transform=axes.transAxes)


def _numbers(card: Card, asked: dict[str, Any], found: Sequence[Series], room: float, seconds: float) -> None:
    """The newest value of each, in the color that its thresholds give it, with its curve behind."""
    height = (room - 0.12) / min(len(found), 3)
    for number, each in enumerate(found[:3]):
        axes = card.axes(0.14, room - 0.06 - height * (number + 1), card.width - 0.28, height * 0.92)
        value = each.points[-1][1]
        color = color_of(value, asked.get("thresholds", {}))
        _curve(axes, each, color, seconds)
        text = spoken(value, asked["unit"])
        axes.text(0, 0.5, text, fontsize=22 if len(found) == 1 else 16, color=color, weight="bold", va="center",
                  transform=axes.transAxes)  # fmt: skip  # one call
        axes.text(1, 0.04, each.legend, fontsize=8, color=GREY, ha="right", va="bottom", transform=axes.transAxes)


def _curve(axes: Axes, each: Series, color: str, seconds: float) -> None:
    times, values = zip(*with_gaps(each.points), strict=True)
    low = min((value for value in values if math.isfinite(value)), default=0.0)
    air = (each.largest - low) * 0.25 or 1.0
    axes.fill_between(times, values, low - air, color=color, alpha=0.1, lw=0)
    axes.set_xlim(-seconds * 1.3, seconds)  # in the right half
    axes.set_ylim(low - air, each.largest + air)
    axes.set_axis_off()


def _bars(card: Card, asked: dict[str, Any], found: Sequence[Series], room: float, _: float) -> None:
    axes = card.axes(1.1, 0.15, card.width - 2.0, room - 0.3)
    values = [each.points[-1][1] for each in found]
    axes.barh(range(len(found)), values, color=LINES[0], height=0.62)
    for number, value in enumerate(values):
        axes.text(value, number, f"  {spoken(value, asked['unit'])}", fontsize=9, color=COLORS["text"], va="center")
    axes.set_yticks(range(len(found)), [each.legend for each in found], fontsize=9, color=GREY)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.xaxis.set_visible(False)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.spines["left"].set_color(PALE)


def _table(card: Card, _: dict[str, Any], found: Sequence[Series], room: float, __: float) -> None:
    """A row for each series: its labels, and its newest value as the number of replicas."""
    names = list(dict.fromkeys(name for each in found for name in each.labels))
    rows = [[*names, "replicas"]]
    rows += [[*(each.labels.get(name, "") for name in names), f"{each.points[-1][1]:.0f}"] for each in found]
    axes = card.axes(0.14, 0.1, card.width - 0.28, room - 0.15)
    axes.set_axis_off()
    axes.set_ylim(0, room - 0.15)
    for number, row in enumerate(rows):
        y = room - 0.3 - number * 0.24
        style: dict[str, Any] = {"color": COLORS["text"] if number else GREY, "fontsize": 9 if number else 8}
        for column, text in enumerate(row):
            axes.text(column / len(row), y, text, va="center", **style)
        axes.axhline(y - 0.12, color=PALE, lw=0.8)
