"""A page of messages as the templates show it: who wrote what and when, and the way to older ones."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import aiohttp_jinja2
from aiohttp import web
from jinja2 import Template
from markupsafe import Markup

from db.rows import Message
from db.timelines import NEWEST
from web_aiohttp.together import Together

PAGE = 30
"""Messages on a page."""

ASKED = PAGE + 1
"""Messages to ask the database for: one more tells whether there are older ones."""

PUBLIC = web.AppKey("public", Together[int, "Feed"])
"""Pages of the public timeline, by their `before`: the same for everyone, so those who come together share them."""

_MINUTE, _HOUR, _DAY = 60, 60 * 60, 24 * 60 * 60


class Feed(NamedTuple):
    """One page of a timeline; `older` and `newest` are paths, or `None` where there is nowhere to go."""

    entries: Markup
    older: str | None
    newest: str | None


def before(request: web.Request) -> int:
    """The id that this page stops short of: of `?before=`, or above all for the first page and for nonsense."""
    given = request.query.get("before", "")
    plain = given.isascii() and given.isdigit() and len(given) <= len(str(NEWEST))
    return min(int(given), NEWEST) if plain else NEWEST


def feed(request: web.Request, messages: list[Message], path: str, before: int) -> Feed:
    """Of up to `ASKED` messages, newest first, the page at this path."""
    template = aiohttp_jinja2.get_env(request.app).get_template("message.html")
    now = datetime.now(UTC)
    entries = [_entry(template, message, ago(message.published_at, now)) for message in messages[:PAGE]]
    older = f"{path}?before={messages[PAGE - 1].message_id}" if len(messages) > PAGE else None
    return Feed(Markup("").join(entries), older, path if before < NEWEST else None)


def ago(published_at: datetime, now: datetime) -> str:
    """How long ago this was, roughly; after a week, the day."""
    seconds = (now - published_at).total_seconds()
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min ago"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h ago"
    if seconds < 7 * _DAY:
        return "1 day ago" if seconds < 2 * _DAY else f"{int(seconds // _DAY)} days ago"
    return f"{published_at.day} {published_at:%b %Y}"


@lru_cache(maxsize=256)
def _entry(template: Template, message: Message, ago: str) -> Markup:
    """One message as HTML. The same few are shown again and again, and drawing them is most of the work of a page."""
    at = message.published_at
    words = template.render(
        message=message, ago=ago, moment=f"{at:%Y-%m-%dT%H:%M:%SZ}", date=f"{at.day} {at:%B %Y, %H:%M} UTC"
    )
    return Markup(words)  # noqa: S704 - the template has escaped what people wrote
