"""`python -m local.rehearse.load FOLDER`: players of the simulator, until a file says stop or the time is over.

Each action goes to the file `FOLDER/played`, one JSON object a line, as soon as it has ended. Every message carries a
mark of its own, so that what was acknowledged can be looked for afterwards, once and only once.
"""

import argparse
import json
import threading
import time
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path
from typing import IO

from bench import invented
from bench.scenario import Action
from bench.simulator import Simulator

PATIENCE = 10.0
"""Seconds. The simulator has 0.3; whoever waits longer can tell an answer that is late from one that is lost."""

PLAYERS = 3
ACTIONS = 20_000
"""Of one player, at most; and this many seconds in all."""
SECONDS = 900.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.rehearse.load", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--api", required=True)
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--pause", type=float, default=0.02, help="seconds between two actions of a player")
    options = parser.parse_args()
    simulator = Simulator(options.api, "simulator", options.password_file.read_text("utf-8").strip(), patience=PATIENCE)
    stop = options.folder / "stop"
    with (options.folder / "played").open("a", encoding="utf-8", buffering=1) as played:
        players = [
            threading.Thread(target=play, args=(simulator, options.seed + number, options.pause, played, stop))
            for number in range(PLAYERS)
        ]
        for player in players:
            player.start()
        for player in players:
            player.join()


def play(simulator: Simulator, seed: int, pause: float, played: IO[str], stop: Path) -> None:
    """One player's actions, one after the other."""
    end = time.monotonic() + SECONDS
    # Everybody comes first: who could not register would not be found later, and that would look like a loss.
    actions = sorted(invented.scenario(seed, ACTIONS, users=20), key=lambda action: action.command != "register")
    for action in actions:
        if stop.exists() or time.monotonic() > end:
            return
        marked = mark(action, seed)
        at, started = time.time(), time.perf_counter()
        try:
            outcome: int | str = simulator.status(marked)
        except (OSError, HTTPException) as error:
            outcome = type(error).__name__
        line = {
            "at": at,
            "seconds": round(time.perf_counter() - started, 4),
            "command": action.command,
            "outcome": outcome,
            "mark": marked.args[0].rpartition(" ")[2] if action.command == "tweet" else None,
        }
        played.write(json.dumps(line) + "\n")
        time.sleep(pause)


def mark(action: Action, seed: int) -> Action:
    """A message that no other is like."""
    if action.command != "tweet":
        return action
    return replace(action, args=(f"{action.args[0][:100]} #{seed}-{action.id}",))


if __name__ == "__main__":
    main()
