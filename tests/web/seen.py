"""What a person sees: a page taken apart into its elements, and the ways to get signed in."""

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import quote

import aiohttp
from yarl import URL

from tests import given

VOID = frozenset({"img", "input", "link", "meta"})
FORMS = frozenset({"input", "textarea", "select"})


@dataclass
class Element:
    """An element and the text inside it, as a browser would read it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class Page(HTMLParser):
    """The elements of a page in their order. An element that is not closed in its place is an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """Elements of this tag with these attributes; `class_` and `for_` stand for the words that Python keeps,
        `aria_invalid` for what has a hyphen."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.elements if tag in {"", e.tag} and wanted.items() <= e.attributes.items()]

    def one(self, tag: str = "", **attributes: str) -> Element:
        """The only such element."""
        (element,) = self.all(tag, **attributes)
        return element

    @property
    def flash(self) -> str | None:
        """The sentence about what has just happened."""
        found = self.all(class_="flashes")
        return found[0].text if found else None

    @property
    def problem(self) -> str:
        """The sentence about what is wrong with a form."""
        return self.one(role="alert", class_="error").text

    @property
    def messages(self) -> list[str]:
        """The messages that it shows, from top to bottom."""
        return [element.text for element in self.all("p", class_="text")]

    @property
    def value(self) -> dict[str, str]:
        """What stands in the fields of its forms, by name."""
        areas = {e.attributes.get("name", e.attributes["id"]): e.text.removeprefix("\n") for e in self.all("textarea")}
        inputs = {
            e.attributes["name"]: e.attributes.get("value", "") for e in self.all("input") if "name" in e.attributes
        }
        return inputs | areas


async def seen(answer: aiohttp.ClientResponse, status: int = 200) -> Page:
    """The page of an answer, which has this status."""
    assert answer.status == status, await answer.text()
    assert answer.content_type == "text/html"
    return Page(await answer.text())


def address(username: str, rest: str = "") -> URL:
    """A user's page, every character of the name percent-encoded that can be."""
    return URL(f"/{quote(username, safe='')}{rest}", encoded=True)


async def sign_in(browser: aiohttp.ClientSession, username: str) -> Page:
    """The page that someone of the cast sees after signing in."""
    page = await seen(await browser.post("/login", data={"username": username, "password": given.PASSWORD}))
    assert page.flash == "You were logged in"
    return page
