"""What is settable, callable or reachable is documented, and what is documented is there."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from starlette.routing import Route

import api_starlette.app
import web_aiohttp.app
from core.settings import Settings

ROOT = Path(__file__).parents[2]
SETTINGS_PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8")
ROUTES_PAGE = (ROOT / "docs" / "routes.md").read_text("utf-8")


def test_the_page_of_settings_is_what_the_settings_say() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| .* \| (.*) \|$", SETTINGS_PAGE, re.MULTILINE))
    assert rows == {field.name.upper(): field.metadata["words"] for field in fields(Settings)}


def test_the_page_of_settings_shows_the_defaults() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", SETTINGS_PAGE, re.MULTILINE))
    for field in fields(Settings):
        default = field.default
        spoken = str(default).lower() if isinstance(default, bool) else str(default)
        shown = "" if default in ("", None) else f"`{spoken}`"
        assert rows[field.name.upper()].strip() == shown, field.name


def test_every_route_of_the_site_is_documented_and_no_other() -> None:
    app = web_aiohttp.app.create_app(Settings.read({}))
    routes = {
        f"{route.method} {route.resource.canonical}"
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert routes == documented("The site")


def test_every_route_of_the_api_is_documented_and_no_other() -> None:
    app = api_starlette.app.create_app(Settings.read({}))
    routes = {
        f"{method} {route.path_format}"
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert routes == documented("The API")


def documented(section: str) -> set[str]:
    """The routes in the table below this heading of docs/routes.md."""
    (text,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", ROUTES_PAGE, re.MULTILINE | re.DOTALL)
    return set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", text, re.MULTILINE))


@pytest.mark.parametrize("page", sorted(p for p in ROOT.glob("**/*.md") if ".venv" not in p.parts), ids=str)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_names_every_folder_of_the_top_level() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    folders = ("core", "db", "web_aiohttp", "api_starlette", "local", "bench", "deploy", "tests", "scripts", "docs")
    for folder in folders:
        assert f"{folder}/" in readme, folder


def test_every_task_of_the_makefile_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    tasks = re.findall(r"^([a-z]+):(.*)$", makefile, re.MULTILINE)
    assert {"help", "run", "test", "check", "simulate", "bench"} <= {name for name, _ in tasks}
    for name, rest in tasks:
        assert re.search(r"## \w+", rest), name
