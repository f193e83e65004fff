"""What a request says outside its body: a name in the path, numbers in the query."""

import re
from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.exceptions import HTTPException

from api_starlette.state import Request

DEFAULT_LIMIT, GREATEST_LIMIT = 100, 1000
"""How many entries a list has when nobody says, and at most."""

_INTEGER = re.compile(rb"(-?)([0-9]+)")


def username(request: Request) -> str:
    """The name in the path. Bytes that are not UTF-8 are nobody's name: 404."""
    name: str = request.path_params["username"]
    if "\ufffd" in name:  # what the server puts in the place of such bytes, and what a name may hold itself
        try:
            unquote_to_bytes(request.scope["raw_path"]).decode()
        except UnicodeDecodeError:
            raise HTTPException(404, "There is no such user") from None
    return name


def limit(request: Request) -> int:
    """`?no=`: how many entries are asked for, brought within 0 and `GREATEST_LIMIT`."""
    no = integer(request.scope["query_string"], "no")
    return DEFAULT_LIMIT if no is None else max(0, min(no, GREATEST_LIMIT))


def latest(query: bytes) -> int | None:
    """`?latest=`, when it is an integer that PostgreSQL can store."""
    number = integer(query, "latest")
    return number if number is not None and -(2**63) <= number < 2**63 else None


def integer(query: bytes, name: str) -> int | None:
    """The last parameter of this name, when it is an integer; one of more than 20 digits counts as 10²⁰ or -10²⁰."""
    if b"%" in query or b"+" in query:
        given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)).get(name, "").encode()
    else:  # most queries; unquoting what has no quotes costs more than all the rest
        key, given = name.encode() + b"=", b""
        for pair in query.split(b"&"):
            if pair.startswith(key):
                given = pair[len(key) :]
    found = _INTEGER.fullmatch(given)
    if found is None:
        return None
    digits = found[2].lstrip(b"0") or b"0"
    number = int(digits) if len(digits) <= 20 else 10**20
    return -number if found[1] else number
