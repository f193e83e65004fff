"""The files of `static/`, read once at start. Their URLs carry a hash of them, so browsers keep them for good."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
NOT_AT_ALL = "no-store"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    name: str
    body: bytes
    content_type: str
    version: str
    """The begin of the SHA-256 of `body`."""

    @property
    def url(self) -> str:
        return f"/static/{self.name}?v={self.version}"


ASSETS = web.AppKey("assets", dict[str, Asset])


def read() -> dict[str, Asset]:
    """Every file by its name, and the favicon also by the name that browsers ask for unbidden."""
    found = {path.name: _asset(path) for path in FOLDER.iterdir()}
    return {**found, "favicon.ico": found["favicon.svg"]}


async def versioned(request: web.Request) -> web.Response:
    """`/static/{file}?v=…`: kept for good under its own version.

    While replicas of two releases run, a page of one may ask the other: what that has is better than nothing.
    """
    asset, version = _found(request), request.query.get("v")
    if version is None:
        return _answer(asset, FOR_AN_HOUR)
    return _answer(asset, FOR_GOOD if version == asset.version else NOT_AT_ALL)


async def plain(request: web.Request) -> web.Response:
    """`/favicon.ico` and `/robots.txt`, which have no version."""
    return _answer(_found(request), FOR_AN_HOUR)


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(path.name, body, content_type, hashlib.sha256(body).hexdigest()[:12])


def _found(request: web.Request) -> Asset:
    asset = request.app[ASSETS].get(request.match_info["file"])
    if asset is None:
        raise web.HTTPNotFound
    return asset


def _answer(asset: Asset, kept: str) -> web.Response:
    return web.Response(body=asset.body, content_type=asset.content_type, headers={"Cache-Control": kept})
