"""Asks Prometheus, and takes expressions apart into the series that they are about."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

KEYWORDS = frozenset({"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "inf"})

_GROUPING = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_SELECTOR = re.compile(r"(?<![\w:\"])([a-zA-Z_:][\w:]*)(\{(?:[^{}\"]|\"[^\"]*\")*\})?(?!\s*\(|[\w:])")
_TEXT = re.compile(r"\{[^{}]*\}")


class Refused(Exception):
    """Prometheus does not understand the expression; its words."""


def ask(prometheus: str, path: str, **parameters: Any) -> Any:
    """The `data` of what Prometheus answers to `/api/v1/{path}`. Raises `Refused`."""
    data = urllib.parse.urlencode(parameters, doseq=True)
    try:
        with urllib.request.urlopen(f"{prometheus}/api/v1/{path}?{data}", timeout=20) as answer:  # noqa: S310  # http, of this machine
            return json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        raise Refused(json.load(error).get("error", "")) from None


def over(prometheus: str, expression: str, begin: float, end: float, step: float) -> list[tuple[dict[str, str], Any]]:
    """Each series as its labels and `[(time, value), …]`, from begin to end. Raises `Refused`."""
    found = ask(prometheus, "query_range", query=expression, start=begin, end=end, step=step)
    return [(series["metric"], [(t, float(value)) for t, value in series["values"]]) for series in found["result"]]


def selectors(expression: str) -> set[str]:
    """The series that an expression is about: `{'up{job="web"}'}`."""
    bare = _GROUPING.sub(" ", expression)
    return {
        name + (labels or "")
        for name, labels in _SELECTOR.findall(bare)
        if name not in KEYWORDS and not _within_labels(bare, name, labels)
    }


def _within_labels(text: str, name: str, labels: str) -> bool:
    """Whether the name stands in braces only, where it is a label."""
    return not labels and name not in _TEXT.sub(" ", text)


def filled(expression: str) -> str:
    """Grafana's variables replaced by what they stand for when everything is chosen."""
    return expression.replace("$__rate_interval", "1m").replace("$job", ".*")
