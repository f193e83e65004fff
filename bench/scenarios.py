"""The scenario played against the API, and against a server that only answers 204, in turns."""

import json
import statistics
from collections.abc import Callable

import requests

from bench import invented
from bench.measures import Measure
from bench.scenario import Action
from bench.servers import DEFAULTS, Server
from bench.simulator import PATIENCE, Simulator, body, path
from bench.tally import Tally

TIMES = 1.8
"""The most that the API may take, as a multiple of the time of the server that only answers 204."""


class PublicSimulator(Simulator):
    """Posts through the library that the public simulator uses: what that costs is part of the time it sees."""

    def status(self, action: Action) -> int:
        """As `Simulator.status`; the library's exceptions are `OSError`s."""
        response = requests.post(
            f"{self.url}{path(action)}",
            data=json.dumps(body(action)),
            params={"latest": action.id},
            headers=self.headers,
            timeout=PATIENCE,
            allow_redirects=False,
        )
        response.close()
        return response.status_code


def measures(
    api: Server, no_content: Server, *, rounds: int, actions: int, said: Callable[[str], None]
) -> list[Measure]:
    """The time with the public simulator's library, and with a client that costs next to nothing; the errors of both,
    and the slowest hundredth of the API's answers.
    """
    found: list[Measure] = []
    tallies: list[Tally] = []
    for client, kind, bound in (("as the public simulator", PublicSimulator, TIMES), ("light client", Simulator, None)):
        ours: list[Tally] = []
        least: list[Tally] = []
        for number in range(rounds):
            said(f"scenario, {client}, round {number + 1} of {rounds}")
            # Other users each time, so that a registration is one and not a name that is taken.
            played = list(invented.scenario(len(tallies) + number, actions))
            least.append(_play(kind, no_content, played))
            ours.append(_play(kind, api, played))
        ratio = statistics.median(mine.seconds / other.seconds for mine, other in zip(ours, least, strict=True))
        each = f"{_median_seconds(ours):.2f} s against {_median_seconds(least):.2f} s for {actions:,} actions"
        found.append(Measure(f"scenario: time, {client}", ratio, "x 204 only", each, at_most=bound))
        tallies += ours + least
    errors = sum(tally.errors.total() for tally in tallies)
    slowest = statistics.median(tally.latency(99) for tally in ours)
    return [
        *found,
        Measure("scenario: errors", errors, "errors", f"in {len(tallies) * actions:,} actions", at_most=0),
        Measure("scenario: latency p99", slowest * 1000, "ms", "the simulator gives up after 300"),
    ]


def _play(kind: type[Simulator], server: Server, actions: list[Action]) -> Tally:
    return kind(server.url, DEFAULTS.simulator_username, DEFAULTS.simulator_password).play(actions)


def _median_seconds(tallies: list[Tally]) -> float:
    return statistics.median(tally.seconds for tally in tallies)
