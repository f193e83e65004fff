"""What all answers tell a browser: load nothing foreign, run nothing, be in nobody's frame, keep no private page."""

from aiohttp import web

from web_aiohttp import flash, session
from web_aiohttp.keys import SETTINGS

ALWAYS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "Server": "MiniTwit",  # aiohttp's own names its version
    "X-Content-Type-Options": "nosniff",
}

ON_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
"""A year, this host only: whether its neighbours speak https is not ours to say."""


async def protect(request: web.Request, answer: web.StreamResponse) -> None:
    """Called by aiohttp just before the head of an answer is sent."""
    settings = request.app[SETTINGS]
    answer.headers.update(ALWAYS)
    if settings.https:
        answer.headers.update(ON_HTTPS)
    if "Cache-Control" not in answer.headers:
        personal = answer.cookies or flash.COOKIE in request.cookies or session.cookie_name(settings) in request.cookies
        answer.headers["Cache-Control"] = "private, no-store" if personal else "no-cache"
        answer.headers["Vary"] = "Cookie"
