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


PAGES = sorted(page for page in ROOT.glob("**/*.md") if ".venv" not in page.parts)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", words(page)):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_to_a_section_lead_to_one_that_is_there(page: Path) -> None:
    for target, section in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", words(page)):
        there = page.parent / target if target else page
        assert section in sections(there), f"{page.name}: {target}#{section}"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_no_semicolon_cuts_a_sequence_diagram_short(page: Path) -> None:
    for diagram in re.findall(r"```mermaid\nsequenceDiagram\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        assert ";" not in diagram, f"{page.name}: mermaid ends a statement there, and draws nothing"


def words(page: Path) -> str:
    """A page without its examples and diagrams."""
    return re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)


def sections(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them of its headings."""
    headings = re.findall(r"^#+ (.*)$", words(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


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
