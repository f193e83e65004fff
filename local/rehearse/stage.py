"""What every act of the rehearsal stands on, and the table that it writes into."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local.rehearse.engine import Docker, Failed
from local.rehearse.machines import Machine, Vagrant
from local.rehearse.outside import Outside, Played
from local.rehearse.releases import Releases
from local.words import say

STACK = "minitwit"


@dataclass
class Stage:
    """The machines by name, and how each is spoken to; `rows` is the table."""

    folder: Path
    docker: Docker
    vagrant: Vagrant
    machines: dict[str, Machine]
    releases: Releases
    outside: Outside
    rows: list[tuple[str, str, bool]] = field(default_factory=list)
    seeds: int = 0

    def show(self, what: str, seen: str, *, good: bool) -> None:
        """One line of the table: what was tried, what was seen, whether it is as it should be."""
        self.rows.append((what, seen, good))
        say(f"{'ok  ' if good else 'NOT '} {what}: {seen}")

    @property
    def manager(self) -> Docker:
        return self.machines["manager"].docker

    def tasks(self, service: str) -> list[tuple[str, str]]:
        """Machine and container of each running task of a service."""
        said = self.manager(
            *("service", "ps", "--no-trunc", "--filter", "desired-state=running"),
            *("--format", "{{.Node}} {{.Name}}.{{.ID}} {{.CurrentState}}", f"{STACK}_{service}"),
        )
        rows = [line.split(maxsplit=2) for line in said.splitlines()]
        return [(node, name) for node, name, state in rows if state.startswith("Running")]

    def inside(self, service: str, *words: str, given: str = "", timeout: float = 120) -> str:
        """What a command prints in the container of the first running task of a service."""
        tasks = self.tasks(service)
        if not tasks:
            raise Failed(f"{service} has no running task")
        node, name = tasks[0]
        return self.machines[node].docker("exec", "--interactive", name, *words, given=given, timeout=timeout)

    @contextmanager
    def playing(self, pause: float = 0.02) -> Iterator[Played]:
        self.seeds += 1000
        with self.outside.playing(self.folder / f"played-{self.seeds}", self.seeds, pause) as played:
            self.until("the players are registered", lambda: len(played.actions()) > 100, 60)
            yield played

    def until(self, what: str, holds: Callable[[], bool], patience: float) -> float:
        """The seconds until it holds. Raises `Failed` when it does not."""
        began = time.monotonic()
        while not _holds(holds):
            if time.monotonic() - began > patience:
                raise Failed(f"After {patience:.0f} s it is not so that {what}.")
            time.sleep(0.5)  # a question goes through two engines, and takes what the machines need
        return time.monotonic() - began


def _holds(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except Failed:  # a machine, or a task, that is not there for the moment
        return False


def told(played: Played, since: float) -> str:
    """How the players fared, in words."""
    actions, failed, late = played.actions(since), played.failed(since), played.late(since)
    slowest = max((each["seconds"] for each in actions), default=0.0)
    kinds = sorted({str(each["outcome"]) for each in failed})
    why = f" ({', '.join(kinds)})" if kinds else ""
    count = f"{len(failed)} of {len(actions)} actions failed{why}, {len(late)} were later than 0.3 s"
    return f"{count}, slowest {slowest:.2f} s"
