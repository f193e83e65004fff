"""docs/metrics.md and core/metrics.py say the same."""

import re
import tomllib
from pathlib import Path

from core import VERSION, metrics

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `([a-z_]+)` \| (\w+) \| (.*?) ?\| (.*) \|$", re.MULTILINE)


def test_the_page_lists_every_metric_with_its_type_labels_and_words() -> None:
    rows = ROW.findall((ROOT / "docs" / "metrics.md").read_text("utf-8"))
    told = [
        (name, kind, ", ".join(f"`{label}`" for label in labels), words)
        for name, kind, labels, words in metrics.declared()
    ]
    assert rows == told


def test_names_end_in_their_unit_or_say_that_they_count() -> None:
    for name, kind, _, _ in metrics.declared():
        assert (kind == "counter") == name.endswith("_total"), name
        assert not re.search(r"milli|_ms|_kb|_mb|percent", name), name


def test_the_version_is_that_of_the_project() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == VERSION
