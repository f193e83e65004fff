"""Pictures of our own: the same for the same name, different for others, seen on white as well as on black."""

import re
from xml.etree import ElementTree

import aiohttp
import pytest

from tests.conftest import Events
from tests.web.seen import address
from web_aiohttp.avatars import identicon

NAMES = ("alice", "bob", "", "a/b", "🦊", "x" * 255, "<&\"'>", "line\nbreak", *(f"user {n}" for n in range(500)))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_name_has_one_picture_and_another_name_another() -> None:
    assert [identicon(name) for name in NAMES] == [identicon(name) for name in NAMES]
    assert len({identicon(name) for name in NAMES}) == len(NAMES)


def test_the_picture_of_a_name_never_changes() -> None:
    """Browsers keep it for good, so a change here has to change the address, too."""
    picture = identicon("alice")
    rows = ["".join("#" if f"M{x} {y}h1v1h-1z" in picture else "." for x in range(1, 6)) for y in range(1, 6)]
    assert rows == [".###.", "..#..", ".###.", ".###.", "##.##"]


@pytest.mark.parametrize("name", NAMES[:8])
def test_a_picture_is_an_svg_that_is_symmetric(name: str) -> None:
    picture = identicon(name)
    assert ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - it is ours
    squares = {(int(x), int(y)) for x, y in re.findall(r"M(\d) (\d)h1v1h-1z", picture)}
    assert squares
    assert squares == {(6 - x, y) for x, y in squares}
    assert squares <= {(x, y) for x in range(1, 6) for y in range(1, 6)}


@pytest.mark.parametrize("ground", ["#ffffff", "#1d1a29"])
def test_a_picture_stands_out_in_both_colour_schemes(ground: str) -> None:
    for name in NAMES:
        (colour,) = set(re.findall(r'fill="(#[0-9a-f]{6})"', identicon(name)))
        light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, f"{name}: {colour}"


@pytest.mark.parametrize("name", ["alice", "nobody", "a/b", "x.svg", "🦊", "%2F", "line\nbreak", "a?b#c"])
async def test_a_picture_is_kept_for_good_and_needs_no_database(
    browser: aiohttp.ClientSession, events: Events, name: str
) -> None:
    answer = await browser.get(address("avatars").joinpath(f"{address(name).raw_path[1:]}.svg", encoded=True))
    assert (answer.status, answer.content_type) == (200, "image/svg+xml")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert await answer.text() == identicon(name)
    assert events.requests[-1]["db.statements"] == 0
