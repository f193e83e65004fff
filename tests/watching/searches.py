"""Kibana's searches, asked of the lines of a run: the little of its query language that they are made of."""

import json
import re
from typing import Any

from tests.watching.documents import Document
from tests.watching.rules import DEPLOY

TERM = re.compile(r'(?P<field>@?[\w.]+)(?P<sign>:| >=) (?P<value>\*|\w+|"[\w ]+"|\(\w+(?: or \w+)*\))')
"""One of those that are joined by `and`."""


def searches() -> dict[str, str]:
    """The query of each by its title."""
    objects = [json.loads(line) for line in (DEPLOY / "kibana" / "minitwit.ndjson").read_text("utf-8").splitlines()]
    return {each["attributes"]["title"]: _query(each["attributes"]) for each in objects if each["type"] == "search"}


def _query(attributes: dict[str, Any]) -> str:
    return str(json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"]["query"])


def found(query: str, documents: list[Document]) -> list[Document]:
    """Those that the query finds. Raises `NotImplementedError` where it is made of something else."""
    terms = [TERM.fullmatch(part) for part in query.split(" and ")]
    if not all(terms):
        raise NotImplementedError(query)
    return [document for document in documents if all(_fits(document, term) for term in terms if term)]


def _fits(document: Document, term: re.Match[str]) -> bool:
    held = document.get(term["field"], [])
    values, wanted = held if isinstance(held, list) else [held], term["value"]
    if wanted == "*":
        return bool(values)
    if term["sign"] == " >=":
        return any(value >= int(wanted) for value in values)
    words = wanted.strip('()"').split(" or ") if wanted.startswith("(") else [wanted.strip('"')]
    return any(str(value) in words for value in values)
