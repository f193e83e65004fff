"""What a form sent, as texts. Whatever else arrives in its place is the sender's mistake and never ours."""

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError


async def texts(request: web.Request, *names: str) -> list[str]:
    """The texts of these fields in this order: the first where one came twice, empty where a field is missing. All are
    missing when what came does not call itself a form.

    Raises `HTTPBadRequest` for a file in the place of a text, a form that cannot be read, and what is no Unicode.
    """
    try:
        sent = await request.post()
        found = [sent.get(name, "") for name in names]
        return [_text(value) for value in found]
    except _UNREADABLE:
        raise web.HTTPBadRequest from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # half a surrogate pair, which some charsets can smuggle in, ends here
    return value.replace("\r\n", "\n")  # a browser's line ending becomes everybody's


_UNREADABLE = (
    *(ValueError, TypeError, LookupError, RuntimeError, AssertionError),
    *(HttpProcessingError, web.RequestPayloadError),
)
"""All that aiohttp raises over a form it cannot read: an unknown charset, a missing boundary, a cut-off part."""
