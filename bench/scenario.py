"""Scenario files as the public simulator reads them: one action a line, tab-separated, without quoting, LF, UTF-8.

`id  delay  epoch_ms  command  user  args…`
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Command = Literal["register", "tweet", "follow", "unfollow"]

EVERYWHERE = ("id", "delay", "epoch_ms", "command", "user")
"""What every line begins with."""

ARGUMENTS: dict[Command, tuple[str, ...]] = {
    "register": ("e-mail", "password"),
    "tweet": ("content",),
    "follow": ("other user",),
    "unfollow": ("other user",),
}
"""What stands after the user's name, by command."""


class BadScenario(Exception):
    """What is wrong with a scenario, in one sentence that names the line."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a user does. After it the simulator rests for `delay` / 100,000,000 seconds."""

    id: int
    delay: int
    epoch_ms: int
    command: Command
    user: str
    args: tuple[str, ...]


def read(path: Path) -> Iterator[Action]:
    """The actions of this file, one by one. Raises `BadScenario` at the first bad line, `OSError` without a file."""
    # In bytes, because only LF ends a line here, and text may hold other characters that Python takes for line ends.
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield parsed(line.removesuffix(b"\n").decode("utf-8"))
            except UnicodeDecodeError:
                raise BadScenario(f"Line {number} of {path} is not UTF-8.") from None
            except ValueError as error:
                raise BadScenario(f"Line {number} of {path} {error}.") from None


def write(path: Path, actions: Iterable[Action]) -> None:
    """Put these actions into a file, replacing it. Raises `BadScenario` when a text holds a tab or a line feed."""
    with path.open("wb") as lines:
        for number, action in enumerate(actions, 1):
            texts = (action.command, action.user, *action.args)
            if any("\t" in text or "\n" in text for text in texts):
                raise BadScenario(f"Line {number} of {path} would hold a tab or a line feed inside a text.")
            numbers = (action.id, action.delay, action.epoch_ms)
            lines.write("\t".join((*map(str, numbers), *texts)).encode("utf-8") + b"\n")


def parsed(line: str) -> Action:
    """The action on this line. Raises `ValueError` with the end of a sentence that begins with the line's number."""
    fields = line.split("\t")
    if len(fields) <= len(EVERYWHERE):
        raise ValueError(f"has {len(fields)} fields, and an action has at least {len(EVERYWHERE) + 1}")
    *numbers, command, user = fields[: len(EVERYWHERE)]
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise ValueError("does not begin with three whole numbers: id, delay and epoch_ms")
    if command not in ARGUMENTS:
        raise ValueError(f"has the unknown command {command!r}")
    args, expected = tuple(fields[len(EVERYWHERE) :]), ARGUMENTS[command]
    if len(args) != len(expected):
        raise ValueError(f"has {len(args)} texts after the user, and {command!r} takes {' and '.join(expected)}")
    if not user:
        raise ValueError("names no user")
    return Action(int(numbers[0]), int(numbers[1]), int(numbers[2]), command, user, args)
