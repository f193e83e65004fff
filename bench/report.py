"""The measures as a table for people and as JSON for programs, both in a folder of results."""

import json
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.measures import Measure

HEADINGS = ("what", "measured", "bound", "", "made of")


def table(measures: list[Measure]) -> str:
    """A Markdown table that is also easy to read on a terminal."""
    rows = [HEADINGS, *(_row(measure) for measure in measures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def machine(major: int) -> dict[str, str | int]:
    """What a reader has to know of the machine, and nothing that names it."""
    return {
        "cores": psutil.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": platform.system(),
        "python": platform.python_version(),
        "postgresql": major,
    }


def write(folder: Path, measures: list[Measure], about: dict[str, str | int]) -> Path:
    """The Markdown file's path; beside it the same as JSON. A second run on one day replaces the first."""
    folder.mkdir(parents=True, exist_ok=True)
    day = datetime.now(UTC).date().isoformat()
    stem = f"{day}-{about['cores']}-cores-postgresql-{about['postgresql']}"
    described = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in about.items())
    page = folder / f"{stem}.md"
    page.write_text(f"# Measured on {day}\n\n{described}\n\n{table(measures)}\n", "utf-8")
    numbers = {
        "date": day,
        "machine": about,
        "measures": [{**asdict(measure), "broken": measure.broken} for measure in measures],
    }
    page.with_suffix(".json").write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")
    return page


def _row(measure: Measure) -> tuple[str, ...]:
    precise = f"{measure.value:,.0f}" if float(measure.value).is_integer() else f"{measure.value:,.2f}"
    verdict = ("BROKEN" if measure.broken else "kept") if measure.bound else ""
    return measure.name, f"{precise} {measure.unit}", measure.bound, verdict, measure.of
