"""`python -m db budget`: what each query file costs in databases of several sizes, held against its budget."""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence

from core.settings import Settings
from db.pool import NotReady
from db.queries import Query, load
from db.tool import prepared, report, seed
from db.tool.command import Commands, command, find
from db.tool.readings import Reading, measured

SIZES = "10k,100k,1m"

Sizes = Mapping[str, int]
"""How many messages, by the way a size is written: `{"10k": 10_000}`; the smallest first."""


def add(commands: Commands) -> None:
    command(
        commands,
        "budget",
        "measure every query file in throw-away databases, and hold it against its budget",
        run,
        ("names", {"nargs": "*", "metavar": "NAME", "help": "measure these only, timelines/public say"}),
        ("--messages", {"default": SIZES, "metavar": SIZES, "help": "the sizes (default: %(default)s)"}),
        ("--all", {"action": "store_true", "help": "show every profile, not the worst of each file"}),
    )


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    queries = load()
    chosen = [find(queries, name) for name in arguments.names] or list(queries.values())
    try:
        return asyncio.run(judge(settings.database_url, chosen, sizes(arguments.messages), every=arguments.all))
    except KeyboardInterrupt:
        return 130


async def judge(url: str, queries: Sequence[Query], sizes: Sizes, *, every: bool = False) -> int:
    """Measure, print; 1 when a budget was not kept or a plan is bad, else 0."""
    readings = await read(url, queries, sizes)
    print(report.table(readings, list(sizes), every=every))
    breaches = report.breaches(readings)
    print("", *(report.told(breaches, every=every) or ["Every budget was kept."]), sep="\n")
    return int(bool(breaches))


def sizes(text: str) -> Sizes:
    """`{"10k": 10_000, "1m": 1_000_000}` for `10k,1m`. Raises `NotReady` for what is no size."""
    units = {"k": 1_000, "m": 1_000_000}
    found = {}
    for word in text.lower().split(","):
        digits, unit = (word[:-1], units[word[-1]]) if word[-1:] in units else (word, 1)
        if not digits.isdecimal() or int(digits) * unit < 1_000:
            raise NotReady(f"Sizes are written 10k,100k,1m, from 1k on, which {text!r} is not")
        found[word] = int(digits) * unit
    return dict(sorted(found.items(), key=lambda item: item[1]))


async def read(url: str, queries: Sequence[Query], sizes: Sizes) -> list[report.BySize]:
    """The readings of each profile at each size, in databases on the server of `url` that are dropped afterwards."""
    found: dict[tuple[str, str], dict[str, Reading]] = {}
    for size, messages in sizes.items():
        _said(f"{size} messages: seeding")
        async with seed.database(url, messages) as seeded, prepared.connected(seeded) as connection:
            rows_of = await seed.sizes(connection)
            for query in queries:
                _said(f"{size} messages: {query.name}")
                async for reading in measured(connection, query, rows_of, size):
                    found.setdefault((query.name, reading.profile.name), {})[size] = reading
    return list(found.values())


def _said(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
