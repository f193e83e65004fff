"""A picture for everyone, drawn from their name: five by five squares, mirrored, in a colour of their own."""

import colorsys
import hashlib

from aiohttp import web

from web_aiohttp.assets import FOR_GOOD


async def avatar(request: web.Request) -> web.Response:
    """The picture of whoever has this name, or would have it: the database is not asked."""
    picture = identicon(request.match_info["username"])
    return web.Response(text=picture, content_type="image/svg+xml", headers={"Cache-Control": FOR_GOOD})


def identicon(username: str) -> str:
    """An SVG, the same for the same name at all times."""
    digest = hashlib.sha256(username.encode(errors="surrogateescape")).digest()
    colour = _colour(hue=digest[0] / 256, saturation=0.4 + digest[1] / 1024)
    squares = "".join(
        f"M{column + 1} {row + 1}h1v1h-1z"
        for row in range(5)
        for column in range(5)
        if digest[2 + row * 3 + min(column, 4 - column)] & 1
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 7 7" shape-rendering="crispEdges">'
        f'<path fill="{colour}" fill-opacity=".16" d="M0 0h7v7h-7z"/><path fill="{colour}" d="{squares}"/></svg>'
    )


def _colour(hue: float, saturation: float) -> str:
    """The shade of this hue that stands out from white as well as from black: of the luminance in the middle.

    A yellow and a blue of the same HSL lightness are far apart to the eye, so the lightness is searched for.
    """
    low, high = 0.0, 1.0
    for _ in range(8):  # to 1/256, the step of a colour
        lightness = (low + high) / 2
        red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
        dark = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 < _MIDDLE
        low, high = (lightness, high) if dark else (low, lightness)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


_MIDDLE = 0.2
"""A relative luminance (WCAG 2.2): its contrast is 4.2 to white and 5 to black."""
