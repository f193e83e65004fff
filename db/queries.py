"""Reads `db/sql`: one file, one query, named by its path without the ending: `timelines/public`."""

import re
from dataclasses import dataclass
from pathlib import Path

SQL_FOLDER = Path(__file__).parent / "sql"

_TOKEN = re.compile(
    r"""
    (?P<skip> '(?:[^']|'')*' | "[^"]*" | --[^\n]* | /\*.*?\*/ | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ | :: )
    | :(?P<quote>')?(?P<name>[a-z_][a-z0-9_]*)(?(quote)')
    """,
    re.VERBOSE | re.DOTALL,
)
_FIELDS = "Budget|Scans|Profiles|NULL"
_FIELD = re.compile(rf"^(?P<name>{_FIELDS}):[ \n](?P<text>.*?)(?=^(?:{_FIELDS}):|\Z)", re.M | re.S)
_SAMPLE = re.compile(r"^\\set (?P<name>\w+) (?P<value>.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Query:
    """One file of `db/sql`."""

    name: str
    path: Path
    prose: str
    """What comes back, who asks for it, why it has this shape."""
    budget: int | None
    """The most shared buffers that its plan may touch, hit and read together, whatever the size of the database."""
    in_all: int | None
    """The same with what runs after the plan: triggers, foreign keys, a WITH that only writes. Else as `budget`."""
    scans: tuple[str, ...]
    """The tables that it reads as a whole on purpose, however big they are."""
    profiles: str
    """A SELECT over the seeded database: a row for each set of values to measure, named by its column `profile`."""
    nullable: tuple[str, ...]
    """The columns that may be NULL."""
    samples: dict[str, str | None]
    """A value for each parameter, as text; `None` stands for NULL."""
    sql: str
    """The statement with `$1`, `$2` … in the place of the parameters."""
    parameters: tuple[str, ...]
    """Their names in the order of their numbers."""
    ended: bool
    """Whether a semicolon ends it, as none ends a file of which a part is missing."""


def load(folder: Path = SQL_FOLDER) -> dict[str, Query]:
    """Every query below this folder by its name."""
    return {query.name: query for query in (read(path, folder) for path in sorted(folder.glob("*/*.sql")))}


def readable(folder: Path = SQL_FOLDER) -> tuple[dict[str, Query], list[str]]:
    """Every query that can be read, and a sentence for each file that cannot, beginning with its place."""
    queries, found = {}, []
    for path in sorted(folder.glob("*/*.sql")):
        try:
            query = read(path, folder)
            queries[query.name] = query
        except (OSError, UnicodeDecodeError) as error:
            found.append(f"db/sql/{path.relative_to(folder)}:1: cannot be read ({type(error).__name__})")
    return queries, found


def read(path: Path, folder: Path = SQL_FOLDER) -> Query:
    """One file. A parameter is `:name` or, as psql quotes a text, `:'name'`; both become `$n`."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    heads = [line for line in lines if line.startswith(("--", "\\set"))]
    head = "".join(line.removeprefix("--").removeprefix(" ") for line in heads if line.startswith("--"))
    declared = {found["name"]: found["text"].strip() for found in _FIELD.finditer(head)}
    samples = {found["name"]: _value(found["value"]) for found in _SAMPLE.finditer("".join(heads))}
    statement = "".join(line for line in lines if line not in heads).strip()
    sql, parameters = number(statement.removesuffix(";"))
    name = path.relative_to(folder).with_suffix("").as_posix()
    return Query(
        name=name,
        path=path,
        prose=_FIELD.split(head)[0].strip(),
        budget=_count(r"([\d,]+) buffers?\b", declared.get("Budget", "")),
        in_all=_count(r".*, ([\d,]+) in all\.", declared.get("Budget", "")),
        scans=tuple(re.findall(r"\w+", declared.get("Scans", ""))),
        profiles=declared.get("Profiles", ""),
        nullable=tuple(re.findall(r"\w+", declared.get("NULL", ""))),
        samples=samples,
        sql=sql,
        parameters=parameters,
        ended=statement.endswith(";"),
    )


def number(statement: str) -> tuple[str, tuple[str, ...]]:
    """The statement with numbers for its parameters, and their names in that order.

    Strings, quoted identifiers, comments and `::casts` are left alone.
    """
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        if found["skip"] is not None:
            return found["skip"]
        if found["name"] not in names:
            names.append(found["name"])
        return f"${names.index(found['name']) + 1}"

    return _TOKEN.sub(numbered, statement), tuple(names)


def _count(pattern: str, text: str) -> int | None:
    """One of the numbers in `1,000 buffers, 1,200 in all.`"""
    found = re.match(pattern, text)
    return int(found[1].replace(",", "")) if found else None


def _value(text: str) -> str | None:
    """The value of a `\\set`, unquoted as psql does it."""
    if text == "NULL":
        return None
    if text.startswith("'") and text.endswith("'"):
        return text[1:-1].replace("''", "'").replace("\\\\", "\\")
    return text
