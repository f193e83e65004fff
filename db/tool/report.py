"""What `budget` prints: a table of readings at each size, how much they grow, and what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from db.tool.readings import Breach, Reading

BySize: TypeAlias = Mapping[str, Reading]
"""What one query cost with one profile, by the size of the database, the smallest first."""

FLAT = "timelines/"
GROWTH = 1.3
"""What begins so may touch so many times the buffers in the largest database that it touches in the smallest."""

LEGEND = "Growth: – where a page is not full at both sizes; in brackets where a budget of its own bounds the profile."

GROWTH_ALLOWED = 20
"""Buffers that anything may grow by: an index one level deeper is 1 buffer more a look-up, and 10 become 14."""


def growth(by_size: BySize) -> float | None:
    """Times the buffers at the smallest size; `None` for a single size, and for pages that are not full at both."""
    smallest, largest = _ends(by_size)
    if smallest is largest or not (smallest.full and largest.full):
        return None
    return largest.buffers / max(smallest.buffers, 1)


def breaches(readings: Sequence[BySize]) -> list[Breach]:
    """Everything that is wrong."""
    found = [breach for by_size in readings for reading in by_size.values() for breach in reading.breaches]
    return found + [breach for by_size in readings for breach in _grown(by_size)]


def told(breaches: Sequence[Breach], *, every: bool) -> list[str]:
    """A line for each, or for the first of its kind in each file."""
    kinds: dict[tuple[str, str], list[Breach]] = {}
    for breach in breaches:
        kinds.setdefault((breach.query.name, breach.sentence.split()[0]), []).append(breach)
    if every:
        return [str(breach) for breach in breaches]
    return [f"{same[0]}" + (f" {len(same) - 1} more like this." if same[1:] else "") for same in kinds.values()]


def table(readings: Sequence[BySize], sizes: Sequence[str], *, every: bool) -> str:
    """A line for the worst profile of each file, and for the one that grows most; or for every profile."""
    heads = ["file", "profile", *(f"{size} custom / generic" for size in sizes), "budget", "growth", "ms"]
    lines = [heads, *(_cells(by_size, sizes) for by_size in (readings if every else worst(readings)))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join([*(_line(cells, widths) for cells in lines), "", LEGEND])


def worst(readings: Sequence[BySize]) -> list[BySize]:
    """Of each file the profile that used most of its budget at any size, and of a flat one that which grew most."""
    by_file: dict[str, list[BySize]] = {}
    for by_size in readings:
        by_file.setdefault(_ends(by_size)[0].query.name, []).append(by_size)
    found = []
    for name, profiles in by_file.items():
        found.append(max(profiles, key=lambda by_size: max(reading.share for reading in by_size.values())))
        growing = [by_size for by_size in profiles if name.startswith(FLAT) and _held(by_size)]
        if growing and (most := max(growing, key=lambda by_size: growth(by_size) or 0.0)) is not found[-1]:
            found.append(most)
    return found


def _grown(by_size: BySize) -> Iterator[Breach]:
    (smallest, largest), times = _ends(by_size), growth(by_size) or 0.0
    sizes, more = list(by_size), largest.buffers - smallest.buffers
    if largest.query.name.startswith(FLAT) and _held(by_size) and times > GROWTH and more > GROWTH_ALLOWED:
        yield Breach(
            largest.query,
            f"{largest.profile.name}, {sizes[0]} to {sizes[-1]} messages",
            f"grows {times:.2f} times, from {smallest.buffers:,} to {largest.buffers:,} buffers, of {GROWTH} allowed: "
            "let it read as many rows at any size",
        )


def _held(by_size: BySize) -> bool:
    """Does its growth say something, and does it have to be small?"""
    return growth(by_size) is not None and _ends(by_size)[1].profile.flat


def _ends(by_size: BySize) -> tuple[Reading, Reading]:
    readings = list(by_size.values())
    return readings[0], readings[-1]


def _cells(by_size: BySize, sizes: Sequence[str]) -> list[str]:
    last, times = _ends(by_size)[1], growth(by_size)
    return [
        last.query.name,
        last.profile.name,
        *(_counts(by_size[size]) if size in by_size else "–" for size in sizes),
        _with_all(f"{last.profile.budget:,}", last.profile.in_all, last.profile.budget),
        "–" if times is None else f"{times:.2f}" if last.profile.flat else f"({times:.2f})",
        f"{last.milliseconds:.1f}",
    ]


def _counts(reading: Reading) -> str:
    return _with_all(f"{reading.custom:,} / {reading.generic:,}", reading.in_all, reading.generic)


def _with_all(words: str, in_all: int, of_plan: int) -> str:
    return words if in_all == of_plan else f"{words}, {in_all:,} in all"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)][:2]
    aligned += [cell.rjust(width) for cell, width in zip(cells, widths, strict=True)][2:]
    return "  ".join(aligned)
