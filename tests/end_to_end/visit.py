"""What a person does in a tab, and what is held of every page meanwhile."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from playwright.async_api import Page, Response

from tests import given

ColorScheme: TypeAlias = Literal["light", "dark"]

GROUNDS: dict[ColorScheme, str] = {"light": "rgb(246, 245, 251)", "dark": "rgb(19, 17, 28)"}
"""What is behind everything, by what the reader prefers."""


@dataclass
class Visit:
    """A tab, and everything that went wrong in it."""

    page: Page
    site: str
    problems: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda message: self.problems.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("requestfailed", lambda request: self.problems.append(f"failed: {request.url}"))
        self.page.on("response", self._answered)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"{response.status}: {response.url}")
        if not response.url.startswith(self.site):
            self.problems.append(f"foreign: {response.url}")

    async def look(self, path: str, heading: str) -> None:
        """This is the page now; its style sheet has loaded, and in both colour schemes it is as wide as the window."""
        assert self.page.url == f"{self.site}{path}"
        assert await self.page.inner_text("h1") == heading
        assert await self.page.evaluate("document.styleSheets[0].cssRules.length > 50"), "the style sheet is there"
        async for scheme in self.preferring_each():
            ground = await self.page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert ground == GROUNDS[scheme]
            await self.nothing_sticks_out()

    async def nothing_sticks_out(self) -> None:
        assert await self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    async def preferring_each(self) -> AsyncIterator[ColorScheme]:
        """The same page as it is for who prefers light, and for who prefers dark, which they do from then on."""
        for scheme in GROUNDS:
            await self.page.emulate_media(color_scheme=scheme)
            yield scheme

    async def said(self, sentence: str) -> None:
        assert await self.page.inner_text(".flashes") == sentence

    async def press(self, button: str) -> None:
        await self.go(f"button:text-is('{button}'), input[type=submit][value='{button}']")

    async def go(self, where: str) -> None:
        """Click there, and be on the whole other page: a click alone may end while the page is half there."""
        async with self.page.expect_navigation():
            await self.page.click(where)

    async def sign_in(self, name: str) -> None:
        await self.page.goto(f"{self.site}/login")
        await self.page.get_by_label("Username").fill(name)
        await self.page.get_by_label("Password").fill(given.PASSWORD)
        await self.press("Sign in")
        await self.look("/", "Your timeline")

    async def messages(self) -> list[str]:
        return await self.page.locator(".messages .text").all_inner_texts()
