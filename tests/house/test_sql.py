"""SQL stands in .sql files, one query a file, and each has its parts: prose, budget, samples, tag, statement, face."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from db.check import expectation, python_face
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
def test_a_query_begins_with_prose_that_says_who_asks_for_it(name: str) -> None:
    prose = QUERIES[name].prose
    assert prose[0].isupper()
    assert prose.endswith((".", "here."))
    assert "Asked" in prose


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_says_what_it_may_cost(name: str) -> None:
    budget, in_all = QUERIES[name].budget, QUERIES[name].in_all
    assert budget, "-- Budget: 100 buffers."
    assert in_all is None or in_all > budget


@pytest.mark.parametrize("name", QUERIES)
def test_what_a_query_declares_exists(name: str) -> None:
    assert all(re.search(rf"\b{column}\b", QUERIES[name].sql) for column in QUERIES[name].nullable)
    assert all(re.search(rf"\b{table}\b", QUERIES[name].sql) for table in QUERIES[name].scans)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_has_a_sample_for_each_parameter_and_no_other(name: str) -> None:
    assert tuple(QUERIES[name].samples) == QUERIES[name].parameters or (
        set(QUERIES[name].samples) == set(QUERIES[name].parameters)
    )


@pytest.mark.parametrize("name", QUERIES)
def test_the_tag_stands_behind_the_first_keyword_and_is_the_name_of_the_file(name: str) -> None:
    assert re.match(rf"(SELECT|INSERT|UPDATE|DELETE|WITH) /\* {name} \*/", QUERIES[name].sql)
    assert QUERIES[name].sql.count("/*") == 1, "one tag, always the same"


@pytest.mark.parametrize("name", QUERIES)
def test_a_file_is_one_statement_that_lists_its_columns(name: str) -> None:
    text = QUERIES[name].path.read_text("utf-8")
    assert text.endswith(";\n")
    assert ";" not in QUERIES[name].sql
    assert not re.search(r"SELECT\s+(\w+\.)?\*", QUERIES[name].sql)
    assert "OFFSET" not in QUERIES[name].sql, "pages go by key"


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_has_a_typed_function_of_its_name_that_names_it(name: str) -> None:
    function = python_face(name)
    assert function.__doc__
    assert set(expectation(function)[0]) == set(QUERIES[name].parameters)
    assert f'"{name}"' in inspect.getsource(function)


def test_keywords_are_in_capitals() -> None:
    small = re.compile(r"\b(select|from|where|insert|update|delete|values|order by|limit|join|with|returning)\b")
    for name, query in QUERIES.items():
        bare = re.sub(r"/\*.*?\*/|'[^']*'", "", query.sql)
        assert not small.search(bare), name


def test_constraints_and_indexes_have_names_of_our_own() -> None:
    for path in (ROOT / "db" / "migrations").glob("*.sql"):
        text = re.sub(r"--.*", "", path.read_text("utf-8"))
        for match in re.finditer(r"PRIMARY KEY|REFERENCES users|UNIQUE|CHECK \(", text):
            before = text[: match.start()].rsplit(",", 1)[-1]
            assert "CONSTRAINT" in before, f"{path.name}: {before.strip()} {match.group()}"
