"""How the code should feel, as far as a test can tell."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("core", "db", "web_aiohttp", "api_starlette", "local", "bench")
PYTHON = sorted(path for folder in (*PRODUCT, "tests", "scripts") for path in (ROOT / folder).rglob("*.py"))
PRODUCT_FILES = [path for path in PYTHON if path.relative_to(ROOT).parts[0] in PRODUCT]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PYTHON, ids=named)
def test_no_file_is_longer_than_250_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 250


@pytest.mark.parametrize("path", PYTHON, ids=named)
def test_no_module_is_named_after_nothing(path: Path) -> None:
    assert not re.search(r"util|helper|common|manager|^base", path.stem)


@pytest.mark.parametrize("path", PRODUCT_FILES, ids=named)
def test_every_module_says_what_belongs_into_it(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring
    assert len(docstring.splitlines()) <= 8


@pytest.mark.parametrize("path", PYTHON, ids=named)
def test_every_exemption_carries_its_reason_on_its_line(path: Path) -> None:
    for comment in comments(path):
        for exemption in re.finditer(
            r"(noqa|type: ignore|pragma)(: ?[A-Z]+\d+(, ?[A-Z]+\d+)*|\[[a-z, -]+\])?", comment
        ):
            assert re.match(r"\s*[ —#-].*\w{3}", comment[exemption.end() :]), f"{path}: {comment}"


def comments(path: Path) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


@pytest.mark.parametrize("path", PYTHON, ids=named)
def test_nothing_is_left_for_later(path: Path) -> None:
    words = "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3))
    assert not any(re.search(rf"\b({words})\b", comment) for comment in comments(path))


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("test_*.py")), ids=named)
def test_no_test_is_skipped_and_each_asserts_something(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    source = path.read_text("utf-8")
    assert (
        not re.search(r"pytest\.(mark\.)?(skip|xfail)" + r"|importor" + "skip", source) or path.name == "test_style.py"
    )
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    for name, node in functions.items():
        called = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & functions.keys()
        inside = "".join(ast.unparse(functions[each]) for each in {name, *called})
        assert re.search(r"\bassert\b|raises|fit\(|holds\(", inside) or not name.startswith("test_"), name


HANDLERS = [
    (named(path), node.name, node.end_lineno - node.lineno + 1)
    for door in ("web_aiohttp", "api_starlette")
    for path in sorted((ROOT / door).glob("*.py"))
    for node in ast.parse(path.read_text("utf-8")).body
    if isinstance(node, ast.AsyncFunctionDef) and node.end_lineno and [a.arg for a in node.args.args] == ["request"]
]


@pytest.mark.parametrize(("place", "name", "lines"), HANDLERS, ids=str)
def test_a_handler_is_short(place: str, name: str, lines: int) -> None:
    assert lines <= 24, "signature and docstring included; a longer one hides a query or a rule"
