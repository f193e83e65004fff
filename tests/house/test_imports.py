"""Who may import whom: each sentence of the house, held by a test over the import statements."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "db", "web_aiohttp", "api_starlette", "local", "bench")
NOUNS = ("users", "messages", "timelines", "followers", "simulator")


def files(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The modules that a file imports, dotted, `from db import users` as `db` and `db.users`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def importers(package: str, *among: str) -> set[str]:
    """The files of `among` that import this package or something of it."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in files(*among)
        if any(name == package or name.startswith(f"{package}.") for name in imported(path))
    }


def test_the_site_does_not_see_the_api() -> None:
    assert importers("api_starlette", "web_aiohttp") == set()
    assert importers("starlette", "web_aiohttp") == set()


def test_the_api_does_not_see_the_site() -> None:
    assert importers("web_aiohttp", "api_starlette") == set()
    assert importers("aiohttp", "api_starlette") == set()


@pytest.mark.parametrize("door", ["web_aiohttp", "api_starlette", "local", "bench", "tests"])
def test_the_data_layer_sees_no_door(door: str) -> None:
    assert importers(door, "db", "core") == set()


@pytest.mark.parametrize("package", ["local", "bench", "tests"])
def test_a_door_needs_nothing_but_the_data_layer_and_the_core(package: str) -> None:
    assert importers(package, "web_aiohttp", "api_starlette") == set()


def test_only_the_data_layer_speaks_to_postgresql() -> None:
    for driver in ("asyncpg", "psycopg", "yoyo"):
        assert {name.split("/")[0] for name in importers(driver, *PACKAGES)} <= {"db"}, driver


def test_only_the_migration_runner_knows_yoyo() -> None:
    assert importers("yoyo", *PACKAGES) == {"db/migrate.py"}


def test_the_core_knows_no_framework_no_driver_and_nobody_above_it() -> None:
    allowed = {"core", "nacl", "loguru", "msgspec", "aioprometheus", "psutil"} | set(sys.stdlib_module_names)
    for path in files("core"):
        assert {name.split(".")[0] for name in imported(path)} <= allowed, path


def test_only_one_file_knows_aioprometheus() -> None:
    assert importers("aioprometheus", *PACKAGES) == {"core/metrics.py"}


def test_only_one_file_knows_loguru() -> None:
    assert importers("loguru", *PACKAGES) == {"core/logs.py"}


def test_only_the_reload_watches_files() -> None:
    assert importers("watchfiles", *PACKAGES) == {"db/reload.py"}


def test_only_the_settings_read_the_environment() -> None:
    readers = set()
    for path in files("core", "db", "web_aiohttp", "api_starlette", "local", "bench"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}
            if named or (isinstance(node, ast.ImportFrom) and node.module == "os"):
                readers.add(path.relative_to(ROOT).as_posix())
    assert readers == {"core/settings.py"}


@pytest.mark.parametrize("package", ["web_aiohttp", "api_starlette", "db"])
def test_nouns_never_import_each_other(package: str) -> None:
    for noun in NOUNS:
        for path in (ROOT / package).glob(f"{noun}.py"):
            others = {f"{package}.{other}" for other in NOUNS if other != noun}
            assert not imported(path) & others, path


@pytest.mark.parametrize("door", ["web_aiohttp", "api_starlette"])
def test_a_handler_reaches_the_database_through_the_typed_functions_only(door: str) -> None:
    for path in files(door):
        used = {name for name in imported(path) if name.startswith("db.")}
        internal = {name for name in used if name.split(".")[1] in {"queries", "migrate", "tool"}}
        assert not internal, f"{path}: {internal}"
