"""The typed function of a query, and whether its parameters and result are those of the statement."""

import importlib
import inspect
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from db.queries import Query

POSTGRES_TYPES: dict[Any, frozenset[str]] = {
    int: frozenset({"int8", "int4", "int2"}),
    str: frozenset({"text", "varchar", "name"}),
    bool: frozenset({"bool"}),
    bytes: frozenset({"bytea"}),
    datetime: frozenset({"timestamptz"}),
    list[str]: frozenset({"text[]"}),
}
"""What PostgreSQL may send or take for a Python type."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """What keeps a file and its function apart: its words, and the parameter or column they are about, if any."""

    words: str
    parameter: str = ""
    column: str = ""


def python_face(name: str) -> Callable[..., Any]:
    """The function `db.timelines.public` for the query `timelines/public`."""
    noun, outcome = name.split("/")
    function: Callable[..., Any] = getattr(importlib.import_module(f"db.{noun}"), outcome)
    return function


def expectation(function: Callable[..., Any]) -> tuple[dict[str, Any], Any]:
    """The types of a typed function's keyword parameters, and of what it returns."""
    hints = typing.get_type_hints(function)
    returned = hints.pop("return")
    keywords = [p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
    return {name: hints[name] for name in keywords}, returned


def misfits(
    query: Query, function: Callable[..., Any], sent: dict[str, str], columns: list[tuple[str, str]]
) -> list[Misfit]:
    """`sent` are the types of the statement's parameters, `columns` its result's names and types, in their order."""
    wanted, returned = expectation(function)
    where = f"db/{query.name.split('/')[0]}.py"
    return [
        *_parameters(wanted, sent, where),
        *_columns(returned, columns, where),
        *_nulls(query, returned, [name for name, _ in columns], where),
    ]


def _parameters(wanted: dict[str, Any], sent: dict[str, str], where: str) -> Iterator[Misfit]:
    for name in [name for name in sent if name not in wanted]:
        yield Misfit(
            f"takes {name}, which the Python function does not pass: rename it in the file, or add it to {where}", name
        )
    for name in [name for name in wanted if name not in sent]:
        yield Misfit(
            f"does not use {name}, which the Python function passes: use it in the file, or take it out of {where}",
            name,
        )
    for name in [name for name in wanted if name in sent]:
        kind, _ = _optional(wanted[name])
        if sent[name] not in POSTGRES_TYPES.get(kind, ()):
            yield Misfit(
                f"takes {name} as {sent[name]}, the Python function passes {_spoken(kind)}: "
                f"cast it in the file, or change its type in {where}",
                name,
            )


def _columns(returned: Any, columns: list[tuple[str, str]], where: str) -> Iterator[Misfit]:
    names = [name for name, _ in columns]
    shape = _row(returned)
    if shape is types.NoneType:
        if columns:
            yield Misfit(f"returns {len(columns)} columns, the Python function nothing: drop them, or change {where}")
        return
    if struct := _struct(shape):
        expected = [(field.name, _optional(field.type)[0]) for field in fields(struct)]
        if names != [name for name, _ in expected]:
            spoken = f"returns ({', '.join(names)}), {_spoken(struct)} has ({', '.join(name for name, _ in expected)})"
            wrong = next((a for a, (b, _) in zip(names, expected, strict=False) if a != b), "")
            yield Misfit(
                f"{spoken}: rename them in the file, or change the fields of {_spoken(struct)} in db/rows.py",
                column=wrong,
            )
            return
        cure = f"cast it in the file, or change the field of {_spoken(struct)} in db/rows.py"
    elif len(columns) != 1:
        yield Misfit(f"returns {len(columns)} columns, the Python function one value: return one, or change {where}")
        return
    else:
        # a list of texts is either many rows of one or one row of many
        many = _optional(returned)[0] == list[str] and columns[0][1] != "text[]"
        expected = [(names[0], str if many else _optional(returned)[0] if shape is str else _optional(shape)[0])]
        cure = f"cast it in the file, or change {where}"
    for (name, kind), (_, sent) in zip(expected, columns, strict=True):
        if sent not in POSTGRES_TYPES.get(kind, ()):
            yield Misfit(f"returns {name} as {sent}, Python expects {_spoken(kind)}: {cure}", column=name)


def _nulls(query: Query, returned: Any, names: list[str], where: str) -> Iterator[Misfit]:
    """A column that may be NULL is `X | None` in Python, and no other is."""
    for name in query.nullable:
        if name not in names:
            yield Misfit(f"declares NULL for {name}, which it does not return: change its line `-- NULL:`", column=name)
    bare, none_allowed = _optional(returned)
    shape = _row(returned)
    struct = _struct(shape)
    if struct and typing.get_origin(bare) is list and none_allowed:
        # Database.rows_or_none: one row whose first column is NULL stands for no rows, and becomes no struct
        if not set(names[:1]) & set(query.nullable):
            yield Misfit(
                f"never returns the row of NULLs that stands for an empty list: declare `-- NULL: {names[0]}.`, "
                f"or return a list without None in {where}",
                column=names[0],
            )
        return
    allowed = {field.name: _optional(field.type)[1] for field in fields(struct)} if struct else {}
    for name in names:
        may = allowed.get(name, _optional(shape)[1] or (none_allowed and not struct))
        there = f"the field of {_spoken(struct)} in db/rows.py" if struct else where
        if name in query.nullable and not may:
            yield Misfit(
                f"may return {name} as NULL, which Python does not expect: "
                f"write `| None` at {there}, or rule NULL out in the file",
                column=name,
            )
        if struct and may and name not in query.nullable:
            yield Misfit(
                f"never returns {name} as NULL, which Python expects: "
                f"declare `-- NULL: {name}.` in the file, or take `| None` from {there}",
                column=name,
            )


def _row(returned: Any) -> Any:
    """What one row becomes: `Message` of `list[Message] | None`; a single value's type as it is."""
    bare, _ = _optional(returned)
    return typing.get_args(bare)[0] if typing.get_origin(bare) is list else bare


def _struct(shape: Any) -> type[Struct] | None:
    return shape if isinstance(shape, type) and issubclass(shape, Struct) else None


def _optional(hint: Any) -> tuple[Any, bool]:
    """`(int, True)` of `int | None`, `(int, False)` of `int`."""
    if typing.get_origin(hint) is types.UnionType:
        return next(part for part in typing.get_args(hint) if part is not types.NoneType), True
    return hint, False


def _spoken(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) and not typing.get_args(kind) else str(kind)
