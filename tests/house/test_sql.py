"""SQL stands in .sql files, one query a file, and each has its parts: prose, budget, samples, tag, statement, face."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from db import anatomy
from db.face import expectation, python_face
from db.queries import load

ROOT = Path(__file__).parents[2]
QUERIES = load()
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|ALTER\s+TABLE)\b",
    re.DOTALL,
)
PRODUCT = ("core", "db", "web_aiohttp", "api_starlette", "local")


@pytest.mark.parametrize("path", sorted(p for folder in PRODUCT for p in (ROOT / folder).rglob("*.py")), ids=str)
def test_no_python_file_holds_sql(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not SQL.search(node.value), f"{path}:{node.lineno}"


@pytest.mark.parametrize("name", QUERIES)
def test_the_parts_of_a_file_are_in_order(name: str) -> None:
    assert anatomy.problems(QUERIES[name]) == []


@pytest.mark.parametrize("name", QUERIES)
def test_what_a_query_declares_exists(name: str) -> None:
    budget, in_all = QUERIES[name].budget, QUERIES[name].in_all
    assert budget
    assert in_all is None or in_all > budget
    assert all(re.search(rf"\b{column}\b", QUERIES[name].sql) for column in QUERIES[name].nullable)
    assert all(re.search(rf"\b{table}\b", QUERIES[name].sql) for table in QUERIES[name].scans)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_has_a_typed_function_of_its_name_that_names_it(name: str) -> None:
    function = python_face(name)
    assert function.__doc__
    assert set(expectation(function)[0]) == set(QUERIES[name].parameters)
    assert f'"{name}"' in inspect.getsource(function)


@pytest.mark.parametrize("name", QUERIES)
def test_a_list_or_none_comes_from_the_verb_that_tells_the_two_apart(name: str) -> None:
    source = inspect.getsource(python_face(name))
    structs = re.search(r"-> list\[(?!str)\w+\] \| None:", source)
    assert bool(structs) == ("db.rows_or_none(" in source)


def test_constraints_and_indexes_have_names_of_our_own() -> None:
    for path in (ROOT / "db" / "migrations").glob("*.sql"):
        text = re.sub(r"--.*", "", path.read_text("utf-8"))
        for match in re.finditer(r"PRIMARY KEY|REFERENCES users|UNIQUE|CHECK \(", text):
            before = text[: match.start()].rsplit(",", 1)[-1]
            assert "CONSTRAINT" in before, f"{path.name}: {before.strip()} {match.group()}"
