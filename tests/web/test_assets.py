"""Style sheet, mark, and what browsers and robots ask for unbidden."""

import re

import aiohttp
import pytest

from tests.web.seen import seen
from web_aiohttp.assets import FOLDER


async def test_the_files_of_a_page_are_kept_for_good_under_the_address_it_names(
    browser: aiohttp.ClientSession,
) -> None:
    page = await seen(await browser.get("/public"))
    addresses = {e.attributes[name] for e in page.elements for name in ("src", "href") if name in e.attributes}
    files = sorted(address for address in addresses if address.startswith("/static/"))
    assert [file.split("?")[0] for file in files] == ["/static/favicon.svg", "/static/style.css"]
    for file in files:
        answer = await browser.get(file)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert await answer.read() == (FOLDER / file.split("?")[0].rpartition("/")[2]).read_bytes()


@pytest.mark.parametrize(
    ("version", "kept"),
    [
        ("", "public, max-age=3600"),
        ("?x=1", "public, max-age=3600"),
        ("?v=", "no-store"),
        ("?v=000000000000", "no-store"),
    ],
)
async def test_a_file_is_never_kept_for_long_under_a_name_that_may_be_anothers(
    browser: aiohttp.ClientSession, version: str, kept: str
) -> None:
    answer = await browser.get(f"/static/style.css{version}")
    assert (answer.status, answer.content_type) == (200, "text/css")
    assert answer.headers["Cache-Control"] == kept


@pytest.mark.parametrize("path", ["nothing", "..%2Fapp.py", "%2e%2e%2fapp.py", "style.css%00", "a/b", ""])
async def test_nothing_else_is_served_from_there(browser: aiohttp.ClientSession, path: str) -> None:
    page = await seen(await browser.get(f"/static/{path}"), 404)
    assert page.one("h1").text == "Nothing here"


async def test_browsers_and_robots_find_what_they_ask_for_unbidden(browser: aiohttp.ClientSession) -> None:
    icon = await browser.get("/favicon.ico")
    assert (icon.status, icon.content_type) == (200, "image/svg+xml")
    robots = await browser.get("/robots.txt")
    assert (robots.status, robots.content_type) == (200, "text/plain")
    assert (await robots.text()).startswith("User-agent: *\n")


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: from 1, the same, to 21, black on white."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        *(("ink", "ground", 7), ("ink", "sheet", 7), ("soft", "ground", 4.5), ("soft", "sheet", 4.5)),
        *(("accent", "ground", 4.5), ("accent", "sheet", 4.5), ("on-accent", "accent", 4.5)),
        *(("on-accent", "accent-strong", 4.5), ("good-ink", "good-ground", 4.5), ("bad-ink", "bad-ground", 4.5)),
        *(("edge", "ground", 3), ("edge", "sheet", 3)),
    ],
)
def test_text_can_be_read_in_both_colour_schemes(scheme: str, text: str, ground: str, least: float) -> None:
    style = (FOLDER / "style.css").read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", dark if scheme == "dark" else light))
    assert contrast(colours[text], colours[ground]) >= least
