"""What came of a scenario: counts, errors and latencies, and the table that a person reads at the end."""

import math
from array import array
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus

from bench.scenario import Action

NAMED = 3
"""Actions named with each kind of error: enough to look them up in the logs."""


@dataclass(slots=True)
class Tally:
    """Counts by command, by status and by kind of error; latencies in seconds, one an action."""

    commands: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    seconds: float = 0.0
    interrupted: bool = False

    def answered(self, action: Action, status: int, seconds: float) -> None:
        """Count an answer. 204 is a success, and for a registration 400 too: the user may be there already."""
        self.commands[action.command] += 1
        self.statuses[status] += 1
        self.latencies.append(seconds)
        if status != HTTPStatus.NO_CONTENT and not (status == HTTPStatus.BAD_REQUEST and action.command == "register"):
            self._error(action, f"status {status}")

    def failed(self, action: Action, kind: str, seconds: float) -> None:
        """Count an action that got no answer."""
        self.commands[action.command] += 1
        self.latencies.append(seconds)
        self._error(action, kind)

    def _error(self, action: Action, kind: str) -> None:
        self.errors[kind] += 1
        examples = self.examples.setdefault(kind, [])
        if len(examples) < NAMED:
            examples.append(f"{action.command} {action.id}")

    def latency(self, percent: float) -> float:
        """The seconds within which so many percent of the actions were over; 0 when there were none."""
        ordered = sorted(self.latencies)
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0

    def table(self) -> str:
        """All of it, a line each."""
        count = self.commands.total()
        lines = [_line("actions", count)]
        lines += [_line(f"  {command}", number) for command, number in self.commands.most_common()]
        lines += [_line(f"answered {status}", number) for status, number in sorted(self.statuses.items())]
        lines += [_line("errors", self.errors.total())]
        for kind, number in self.errors.most_common():
            lines.append(f"{_line(f'  {kind}', number)}   first: {', '.join(self.examples[kind])}")
        for name, percent in (("p50", 50), ("p95", 95), ("p99", 99), ("max", 100)):
            lines.append(f"{f'latency {name}':<28}{self.latency(percent) * 1000:>12,.2f} ms")
        lines.append(f"{'actions a second':<28}{count / self.seconds if self.seconds else 0:>12,.1f}")
        return "\n".join(lines)


def _line(name: str, number: int) -> str:
    return f"{name:<28}{number:>12,}"
