"""How the text of an environment variable becomes a value. Each raises `ValueError` with the end of a sentence
that begins with the variable's name; none quotes the text, which may be a secret."""

import re
from collections.abc import Callable


def text(given: str) -> str:
    return given


def word(given: str) -> str:
    """A word that can be the label of a metric, where nothing is escaped."""
    if not re.fullmatch(r"[A-Za-z0-9._/+-]{1,64}", given):
        raise ValueError("has to be at most 64 letters, digits and characters of . _ / + -")
    return given


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number in these bounds, in plain digits."""

    def parse(given: str) -> int:
        if not (given.isascii() and given.isdigit() and len(given) < 10 and low <= int(given) <= high):
            raise ValueError(f"has to be a whole number from {low} to {high}")
        return int(given)

    return parse


def seconds(given: str) -> float:
    """A number of seconds, a tenth to an hour."""
    try:
        value = float(given)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 3600:
        raise ValueError("has to be a number of seconds from 0.1 to 3600")
    return value


def truth(given: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if given.lower() not in words:
        raise ValueError("has to be true or false")
    return words[given.lower()]


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(given: str) -> str:
        if given not in choices:
            raise ValueError(f"has to be one of {', '.join(choices)}")
        return given

    return parse
