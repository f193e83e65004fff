"""Addresses: no name can shadow a page, and every link is an address of ours."""

import aiohttp
import pytest
from aiohttp import web

import web_aiohttp.app
from core.rules import RESERVED_USERNAMES
from core.settings import Settings
from db import Database
from tests import given
from tests.web.seen import seen
from web_aiohttp import links

ROUTER = web_aiohttp.app.create_app(Settings.read({})).router


def canonical(name: str) -> str:
    """The address of a named route, with its parts in braces."""
    resource: web.Resource = ROUTER[name]  # type: ignore[assignment]  # the router speaks of abstract ones
    return resource.canonical


def test_the_names_that_cannot_be_registered_are_the_first_parts_of_our_addresses() -> None:
    first = {resource.canonical.split("/")[1] for resource in ROUTER.resources()} - {"", "{username}", "{file}"}
    assert first | {"favicon.ico", "robots.txt", ".", ".."} == RESERVED_USERNAMES
    assert canonical("plain") == "/{file}"


@pytest.mark.parametrize("name", ["robots-txt", "faviconXico", "robots.txt.", "robots txt", "loginn", "Login"])
async def test_a_name_that_is_almost_an_address_is_a_persons(
    browser: aiohttp.ClientSession, db: Database, name: str
) -> None:
    await given.user(db, name)
    assert (await seen(await browser.get(links.profile(name)))).one("h1").text == name


@pytest.mark.parametrize(("path", "name"), [(links.HOME, "home"), (links.PUBLIC, "public"), (links.LOGIN, "login")])
def test_a_link_is_the_address_of_its_route(path: str, name: str) -> None:
    assert path == canonical(name)


def test_the_links_of_a_user_are_the_addresses_of_their_routes() -> None:
    assert links.profile("dora") == canonical("profile").format(username="dora")
    assert links.avatar("dora") == canonical("avatar").format(username="dora")
    assert links.profile("a/b ?%") == "/a%2Fb%20%3F%25"
