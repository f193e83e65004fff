"""The pages for the operator: the commands that stand there, to be typed word for word."""

import re
from collections.abc import Sequence

from local.rehearse.machines import ROOT, Machine

SCRIPT = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(page: str, mark: str) -> list[str]:
    """The lines of the one block of commands on that page which has these words in it."""
    blocks = SCRIPT.findall((ROOT / "deploy" / page).read_text("utf-8"))
    (block,) = (block for block in blocks if mark in block)
    return [str(line) for line in block.replace("\\\n", "").splitlines()]


def typed(machine: Machine, lines: Sequence[str], given: str = "", **values: str) -> str:
    """What is printed there when these are typed, with the reader's own words in the places of those in capitals.
    Raises `Failed` at the first that fails."""
    script = "\n".join(lines)
    for word, value in values.items():
        script = script.replace(word, value)
    return machine.run("sh", "-ec", script, given=given, timeout=600)
