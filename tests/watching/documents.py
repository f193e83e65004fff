"""What Elasticsearch would do with a line: the pipeline of deploy/elasticsearch, then the strict mapping.

Only what those files use is known here; a processor, an option or a type that is not is an error of this file's.
"""

import ipaddress
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "deploy" / "elasticsearch"
MAPPINGS = json.loads((FOLDER / "templates" / "minitwit-mappings.json").read_text("utf-8"))["template"]["mappings"]
PIPELINE = json.loads((FOLDER / "pipelines" / "minitwit-logs.json").read_text("utf-8"))["processors"]

Document = dict[str, Any]


def flat(document: Document, prefix: str = "") -> Document:
    """Objects and dotted names are the same to Elasticsearch: both as dotted names."""
    found: Document = {}
    for name, value in document.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


def fields(mapping: Document | None = None, prefix: str = "") -> dict[str, Document]:
    """Every field of the template by its dotted name."""
    found: dict[str, Document] = {}
    for name, field in (mapping or MAPPINGS)["properties"].items():
        found |= fields(field, f"{prefix}{name}.") if "properties" in field else {f"{prefix}{name}": field}
    return found


FIELDS = fields()


def ingested(line: str) -> Document:
    """The document that is stored, or `ValueError` with the reason for which it is refused."""
    document = json.loads(line)
    if not isinstance(document, dict):
        raise ValueError("it is no object")  # noqa: TRY004  # a line of text, whatever it holds
    document = through_the_pipeline(flat(document))
    if problems := refused(document):
        raise ValueError("; ".join(problems))
    return document


def refused(document: Document) -> list[str]:
    """Why the template refuses it; nothing when it does not."""
    missing = [f"{name} is missing" for name in MAPPINGS["_meta"]["required"] if document.get(name) in (None, "")]
    unknown = [f"{name} is no field of the template" for name in document if name not in FIELDS]
    wrong = [
        f"{name} is {value!r}, not {FIELDS[name]['type']}"
        for name, value in document.items()
        if name in FIELDS and not fits(FIELDS[name], value)
    ]
    return missing + unknown + wrong


def fits(field: Document, value: Any) -> bool:
    """Whether it is of the type, or a list of such. Numbers in quotes Elasticsearch would take, too; we do not."""
    if isinstance(value, list):
        return bool(value) and all(fits(field, each) for each in value)
    return FITS[field["type"]](value) and (not isinstance(value, str) or len(value) <= field.get("ignore_above", 10**6))


def _is_address(value: Any) -> bool:
    try:
        return bool(ipaddress.ip_address(value))
    except ValueError:
        return False


FITS: dict[str, Callable[[Any], bool]] = {
    "keyword": lambda value: isinstance(value, str),
    "text": lambda value: isinstance(value, str),
    "wildcard": lambda value: isinstance(value, str),
    "long": lambda value: isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63,
    "float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "ip": _is_address,
    "date": lambda value: bool(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", str(value))
    ),
}


def through_the_pipeline(document: Document) -> Document:
    """Each processor in its order."""
    for processor in PIPELINE:
        ((kind, options),) = processor.items()
        if holds(options.get("if", ""), document):
            PROCESSORS[kind](document, options)
    return document


def holds(condition: str, document: Document) -> bool:
    """The few conditions of Painless that the pipeline uses."""
    if not condition:
        return True
    for each in condition.split(" || "):
        found = re.fullmatch(r"ctx\.(\w+) (==|!=) (null|'\w+')", each)
        if not found:
            raise NotImplementedError(condition)
        name, comparison, wanted = found.groups()
        same = document.get(name) == (None if wanted == "null" else wanted.strip("'"))
        if same == (comparison == "=="):
            return True
    return False


def _set(document: Document, options: Document) -> None:
    _only(options, "field", "value", "if")
    document[options["field"]] = options["value"]


def _date(document: Document, options: Document) -> None:
    _only(options, "field", "formats", "if")
    assert options["formats"] == ["yyyy-MM-dd HH:mm:ss.SSS z"]
    when = datetime.strptime(document[options["field"]], "%Y-%m-%d %H:%M:%S.%f %Z").replace(tzinfo=UTC)
    document["@timestamp"] = when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _grok(document: Document, options: Document) -> None:
    _only(options, "field", "patterns", "pattern_definitions", "ignore_failure", "if")
    known = options["pattern_definitions"]
    for pattern in options["patterns"]:
        kinds = dict(re.findall(r"%\{\w+:([\w.]+)(?::(\w+))?\}", pattern))
        regex = re.sub(
            r"%\{(\w+):([\w.]+)(?::\w+)?\}", lambda found: f"({known[found[1]]})", pattern.replace("(e", "(?:e")
        )
        if found := re.search(regex, document[options["field"]]):
            for (name, kind), text in zip(kinds.items(), found.groups(), strict=True):
                document[name] = float(text) if kind == "float" else text
            return
    assert options["ignore_failure"]


def _rename(document: Document, options: Document) -> None:
    _only(options, "field", "target_field", "ignore_missing", "if")
    if options["field"] in document:
        document[options["target_field"]] = document.pop(options["field"])


def _remove(document: Document, options: Document) -> None:
    _only(options, "field", "ignore_missing")
    for name in options["field"]:
        for field in [field for field in document if field == name or field.startswith(f"{name}.")]:
            del document[field]


def _only(options: Document, *known: str) -> None:
    assert options.keys() <= set(known), options.keys() - set(known)


PROCESSORS = {"set": _set, "date": _date, "grok": _grok, "rename": _rename, "remove": _remove}
