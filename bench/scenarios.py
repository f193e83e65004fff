"""The scenario played against the API, and against servers that do next to nothing, in turns."""

import itertools
import json
import statistics
from collections.abc import Callable, Iterable

import requests

from bench import invented
from bench.measures import Measure
from bench.scenario import Action
from bench.servers import DEFAULTS, Server
from bench.simulator import PATIENCE, Simulator, body, path
from bench.tally import Tally

TIMES = 1.8
"""The most that the API may take, as a multiple of the time of the server that only answers 204."""

TURN = 200
"""Actions that one side plays before the other does."""


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
    api: Server, no_content: Server, one_row: Server, *, rounds: int, actions: int, said: Callable[[str], None]
) -> list[Measure]:
    """The time with the public simulator's library, beside both servers, and with a client that costs next to nothing;
    the errors of all, and the slowest hundredth of the API's answers.
    """
    found: list[Measure] = []
    tallies: list[Tally] = []
    public = Tally()
    seeds = itertools.count()  # other users each time, so that a registration is one and not a name that is taken
    for name, client, other, unit, bound in (
        ("as the public simulator", PublicSimulator, no_content, "x 204 only", TIMES),
        ("as the public simulator, beside one row", PublicSimulator, one_row, "x one row", None),
        ("light client", Simulator, no_content, "x 204 only", None),
    ):
        _in_turns(client, api, other, invented.scenario(next(seeds), TURN))  # both warm
        seconds: list[tuple[float, float]] = []
        for number in range(rounds):
            said(f"scenario, {name}, round {number + 1} of {rounds}")
            ours, least = _in_turns(client, api, other, invented.scenario(next(seeds), actions))
            seconds.append((sum(tally.seconds for tally in ours), sum(tally.seconds for tally in least)))
            tallies += ours + least
            if client is PublicSimulator:
                for tally in ours:
                    public.latencies += tally.latencies
        ratio = statistics.median(mine / theirs for mine, theirs in seconds)
        mine, theirs = (statistics.median(each) for each in zip(*seconds, strict=True))
        each = f"{mine:.2f} s against {theirs:.2f} s for {actions:,} actions"
        found.append(Measure(f"scenario: time, {name}", ratio, unit, each, at_most=bound))
    errors, played = sum(tally.errors.total() for tally in tallies), sum(tally.commands.total() for tally in tallies)
    return [
        *found,
        Measure("scenario: errors", errors, "errors", f"in {played:,} actions", at_most=0),
        Measure(
            "scenario: latency p99, as the public simulator",
            public.latency(99) * 1000,
            "ms",
            f"of {len(public.latencies):,} actions; it gives up after 300",
        ),
    ]


def _in_turns(
    kind: type[Simulator], api: Server, other: Server, actions: Iterable[Action]
) -> tuple[list[Tally], list[Tally]]:
    """The scenario against the API and against the other, a turn each: what slows the machine down meets both."""
    played = list(actions)
    turns = [played[begin : begin + TURN] for begin in range(0, len(played), TURN)]
    both = [(_play(kind, api, turn), _play(kind, other, turn)) for turn in turns]
    return [ours for ours, _ in both], [least for _, least in both]


def _play(kind: type[Simulator], server: Server, actions: list[Action]) -> Tally:
    return kind(server.url, DEFAULTS.simulator_username, DEFAULTS.simulator_password).play(actions)
