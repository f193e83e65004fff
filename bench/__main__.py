"""`make bench`: compares, in one run on one machine, MiniTwit with the least its frameworks can do.

Exits with 0 when every bound was kept, 1 when one was broken, 2 when it could not measure.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench import load, plans, reads, report, scenarios, seed
from bench.load import NoLoad
from bench.measures import Measure
from bench.servers import DEFAULTS, Cores, DidNotStart, door, hello, share_out
from core.settings import BadSettings, Settings
from db import NotReady, migrate, roles
from local.postgres import find_programs, throw_away_server
from local.supervisor import listen
from local.words import CannotRun

MEMORY = 120
"""MB, the most that a door may hold when everything has been measured."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; the exit code."""
    options = _options(arguments)
    listen()
    try:
        load.find_wrk()
        programs = find_programs(Settings.read(), source=options.postgres)
        with throw_away_server(programs) as server:
            url = server.url
            cores = share_out()  # PostgreSQL runs already and stays free: it is on neither side of a comparison
            _said(f"Servers on core {cores.servers}, clients on {cores.clients}, PostgreSQL {programs.major} on any.")
            migrate.migrate(url)
            roles.grant(url)  # the plan policy is the database's
            found = asyncio.run(_seeded(url)) + _compared(server.nearest_url, cores, options)
    except (BadSettings, CannotRun, DidNotStart, NoLoad, NotReady) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Ended before it was done: nothing was written.", file=sys.stderr)
        return 130
    print(report.table(found))
    print(f"Written to {report.write(options.results, found, report.machine(programs.major))}")
    broken = [measure.name for measure in found if measure.broken]
    print(f"Broken: {'; '.join(broken)}" if broken else "Every bound was kept.")
    return int(bool(broken))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="turns of which the median counts (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=2.0, help="that each URL is read for (default: %(default)s)")
    parser.add_argument("--actions", type=int, default=2000, help="of the scenario (default: %(default)s)")
    parser.add_argument("--postgres", choices=("system", "wheel"), help="whose PostgreSQL (default: the first found)")
    parser.add_argument("--results", type=Path, default=Path("bench/results"), help="(default: %(default)s)")
    return parser.parse_args(arguments)


async def _seeded(url: str) -> list[Measure]:
    """Fills the database; the buffers of its timelines."""
    _said(f"seeding 100,000 users and {seed.MESSAGES:,} messages")
    await seed.seed(replace(DEFAULTS, database_url=url))
    return await plans.measures(url)


def _compared(url: str, cores: Cores, options: argparse.Namespace) -> list[Measure]:
    """Everything that needs running servers. All of them run all the time; those not asked rest."""
    with tempfile.TemporaryDirectory(prefix="minitwit-bench-") as folder, ExitStack() as running:
        logs = Path(folder)
        hello_site = running.enter_context(hello("bench.hello_aiohttp", cores, logs / "hello-site"))
        hello_api = running.enter_context(hello("bench.hello_starlette", cores, logs / "hello-api"))
        no_content = running.enter_context(hello("bench.no_content", cores, logs / "no-content"))
        one_row = running.enter_context(hello("bench.one_row", cores, logs / "one-row", DATABASE_URL=url))
        site = running.enter_context(door("web_aiohttp", url, cores, logs / "site"))
        api = running.enter_context(door("api_starlette", url, cores, logs / "api"))
        pace = {"rounds": options.rounds, "seconds": options.seconds, "said": _said}
        return [
            *scenarios.measures(api, no_content, one_row, rounds=options.rounds, actions=options.actions, said=_said),
            *reads.measures(api, hello_api, reads.of_api(), **pace),
            *reads.measures(site, hello_site, reads.of_site(site), **pace),
            *(
                Measure(f"{server.name}: memory", server.memory(), "MB", "resident set", at_most=MEMORY)
                for server in (site, api)
            ),
        ]


def _said(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
