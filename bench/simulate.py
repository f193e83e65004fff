"""`make simulate`: play a scenario, from a file or of our own making, against a running API.

Exits with 0 when every action succeeded, 1 after any error, 2 when there was nothing to play or nobody to play to.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bench import invented, scenario
from bench.scenario import Action, BadScenario
from bench.simulator import Simulator, Unreachable
from bench.tally import Tally
from core.settings import BadSettings, Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Play it and print the table; the exit code."""
    try:
        settings = Settings.read()
        options = _options(settings, arguments)
        password = settings.simulator_password
        if options.password_file:
            password = options.password_file.read_text("utf-8").rstrip("\r\n")
        if options.actions < 1:
            raise ValueError("--actions has to be at least 1.")
        simulator = Simulator(options.api, options.username, password)
        total, actions = _actions(options)
        simulator.reach()
    except OSError as error:
        return _refused(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.")
    except (BadScenario, BadSettings, Unreachable, ValueError) as error:
        return _refused(str(error))
    print(f"{total:,} actions against {options.api}", flush=True)
    tally = simulator.play(actions, delays=not options.no_delay, progress=_progress(total))
    print(tally.table())
    return 130 if tally.interrupted else int(tally.errors.total() > 0)


def _options(settings: Settings, arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.simulate", description=__doc__)
    parser.add_argument("--scenario", type=Path, help="a scenario file; without it one is made up")
    parser.add_argument("--api", default=f"http://localhost:{settings.api_port}", help="(default: %(default)s)")
    parser.add_argument("--actions", type=int, default=2000, help="actions to make up (default: %(default)s)")
    parser.add_argument("--users", type=int, help="users to make up (default: one to a hundred actions)")
    parser.add_argument("--seed", type=int, help="the same seed makes up the same users (default: new ones each time)")
    parser.add_argument("--save", type=Path, help="also write what was made up to this file")
    parser.add_argument("--username", default=settings.simulator_username, help="(default: %(default)s)")
    parser.add_argument("--password-file", type=Path, help="(default: the setting SIMULATOR_PASSWORD)")
    parser.add_argument("--no-delay", action="store_true", help="do not rest between the actions of a file")
    return parser.parse_args(arguments)


def _actions(options: argparse.Namespace) -> tuple[int, Iterable[Action]]:
    """How many there are, and they. A file is read twice: all of it has to be good before anything is played, and
    a month of the public simulator does not fit in memory.
    """
    if options.scenario:
        return sum(1 for _ in scenario.read(options.scenario)), scenario.read(options.scenario)
    seed = time.time_ns() // 1000 if options.seed is None else options.seed
    actions = list(invented.scenario(seed, options.actions, options.users))
    if options.save:
        scenario.write(options.save, actions)
    return len(actions), actions


def _progress(total: int) -> Callable[[Tally], None]:
    """One line that rewrites itself on a terminal, else a line at each tenth."""
    on_terminal = sys.stderr.isatty()
    step = max(1, total // (200 if on_terminal else 10))

    def show(tally: Tally) -> None:
        done = len(tally.latencies)
        if done % step and done != total:
            return
        ending = "\n" if not on_terminal or done == total else ""
        line = f"{done:>{len(f'{total:,}')},} of {total:,} actions, {tally.errors.total():,} errors"
        print(f"\r\N{ESC}[K{line}" if on_terminal else line, end=ending, file=sys.stderr, flush=True)

    return show


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
