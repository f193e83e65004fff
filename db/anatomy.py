"""What is wrong with the parts of a query file: prose, budget, samples, tag, one statement. No database is asked."""

import re
from collections.abc import Iterator

from db.queries import Query

_STRING_OR_COMMENT = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)


def place(query: Query, line: int) -> str:
    """`db/sql/timelines/public.sql:12`, as editors jump to it."""
    return f"db/sql/{query.name}.sql:{line}"


def line_at(query: Query, position: int) -> int:
    """The line of the file that holds this character of the statement, counted from 0."""
    return _statement_lines(query)[query.sql.count("\n", 0, position)]


def line_of(query: Query, *patterns: str) -> int:
    """The first line that a pattern finds, patterns in the order of preference; else the statement's first."""
    lines = query.path.read_text("utf-8").splitlines()
    statement = _statement_lines(query)
    for pattern in patterns:
        for number in statement + list(range(1, len(lines) + 1)):
            if re.search(pattern, lines[number - 1]):
                return number
    return statement[0]


def problems(query: Query) -> list[str]:
    """Everything that is wrong with the parts of this file, a sentence each, with its place and what to do."""
    found = [*_prose(query), *_samples(query), *_tag(query), *_statement(query)]
    return [f"{place(query, line)}: {words}" for line, words in found] + cut_short(query)


def cut_short(query: Query) -> list[str]:
    """A file that does not end as files do may be half of one: an editor, or a copy, is still at work on it."""
    if query.ended:
        return []
    words = "does not end with its statement: end the file with ; and a line break"
    return [f"{place(query, _statement_lines(query)[-1])}: {words}"]


def _prose(query: Query) -> Iterator[tuple[int, str]]:
    if not query.prose:
        yield 1, "has no prose: begin with a sentence that says what comes back"
        return
    if not query.prose[0].isupper() or not query.prose.endswith("."):
        yield 1, "its prose is no sentence: begin with a capital, end with a full stop"
    if "Asked" not in query.prose:
        yield 1, "does not say who asks for it: add a sentence `Asked by …` to the prose"
    if query.budget is None:
        yield 1, "has no budget: add a line `-- Budget: 100 buffers.` to the prose, with a number that explain shows"


def _samples(query: Query) -> Iterator[tuple[int, str]]:
    for name in query.parameters:
        if name not in query.samples:
            yield line_of(query, rf":'?{name}\b"), f"has no sample for {name}: add `\\set {name} …` above the statement"
    for name in query.samples:
        if name not in query.parameters:
            yield (
                line_of(query, rf"^\\set {name} "),
                f"has a sample for {name}, which the statement does not use: take the line away",
            )


def _tag(query: Query) -> Iterator[tuple[int, str]]:
    first = _statement_lines(query)[0]
    if not re.match(rf"(SELECT|INSERT|UPDATE|DELETE|WITH) /\* {query.name} \*/", query.sql):
        yield first, f"is not tagged with its name: write /* {query.name} */ behind the first keyword, in capitals"
    elif query.sql.count("/*") > 1:
        yield first, "holds another comment beside its tag: say it in the prose, or behind --"


def _statement(query: Query) -> Iterator[tuple[int, str]]:
    bare = _STRING_OR_COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), query.sql)
    for pattern, words in (
        (r";", "holds more than one statement: give each a file of its own"),
        (r"(SELECT|RETURNING)\s+(\w+\.)?\*", "does not list its columns: name each in the place of *"),
        (r"\bOFFSET\b", "skips rows by OFFSET, which reads them all: page by key, as timelines/public does"),
    ):
        if match := re.search(pattern, bare):
            yield line_at(query, match.start()), words


def _statement_lines(query: Query) -> list[int]:
    """The numbers of the lines of the file that make the statement; `query.sql` has them in this order."""
    lines = query.path.read_text("utf-8").splitlines()
    numbers = [number for number, line in enumerate(lines, 1) if not line.startswith(("--", "\\set"))]
    while len(numbers) > 1 and not lines[numbers[0] - 1].strip():
        del numbers[0]
    return numbers or [1]
