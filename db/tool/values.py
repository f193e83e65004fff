"""How values that were typed, or are a file's samples, become what asyncpg sends."""

from datetime import datetime
from typing import Any

from db.pool import NotReady
from db.queries import Query

_READERS: dict[str, Any] = {
    "int8": int,
    "int4": int,
    "int2": int,
    "text": str,
    "varchar": str,
    "bool": lambda text: text in {"t", "true"},
    "bytea": lambda text: bytes.fromhex(text.removeprefix("\\x")),
    "timestamptz": datetime.fromisoformat,
}
"""How a value that was typed becomes what asyncpg sends for a type of PostgreSQL."""


def bound(statement: Any, query: Query, given: dict[str, str]) -> list[Any]:
    """What asyncpg sends for each parameter of a prepared query, in their order."""
    kinds = [kind.name for kind in statement.get_parameters()]
    return [value(name, kind, query, given) for name, kind in zip(query.parameters, kinds, strict=True)]


def value(name: str, kind: str, query: Query, given: dict[str, str]) -> Any:
    """The value of one parameter: as given, else the sample; the word NULL is NULL."""
    text = given.get(name, query.samples.get(name))
    if text is None or text == "NULL":
        return None
    try:
        return _READERS[kind](text)
    except ValueError:
        raise NotReady(f"{query.name} takes {name} as {kind}, which {text!r} is not") from None
