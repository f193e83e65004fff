"""The read endpoints and pages, each against the same framework answering "hello", in turns."""

import base64
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

from bench import load, seed
from bench.measures import Measure
from bench.servers import DEFAULTS, Server

MSGS = 0.12
PUBLIC_PAGE = 0.08
"""Of hello's answers a second, the least that `GET /msgs?no=30` and the anonymous public page have to reach."""


@dataclass(frozen=True, slots=True)
class Read:
    """One URL of a door."""

    title: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    at_least: float | None = None


def of_api() -> list[Read]:
    """What programs read."""
    pair = f"{DEFAULTS.simulator_username}:{DEFAULTS.simulator_password}"
    who = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"}
    author, reader = quote(seed.AUTHOR), quote(seed.READER)
    return [
        Read("GET /latest", "/latest"),
        Read("GET /msgs?no=30", "/msgs?no=30", who, MSGS),
        Read("GET /msgs?no=100", "/msgs?no=100", who),
        Read("GET /msgs/{username}?no=30", f"/msgs/{author}?no=30", who),
        Read("GET /fllws/{username}?no=30", f"/fllws/{reader}?no=30", who),
    ]


def of_site(site: Server) -> list[Read]:
    """What people read, signed in and not."""
    cookie = _signed_in(site, seed.READER)
    return [
        Read("GET /public", "/public", {}, PUBLIC_PAGE),
        Read("GET /public, signed in", "/public", cookie),
        Read("GET / of a reader of 100", "/", cookie),
        Read("GET /{username}", f"/{quote(seed.AUTHOR)}"),
        Read("GET /login", "/login"),
    ]


def measures(
    door: Server, hello: Server, reads: list[Read], *, rounds: int, seconds: float, said: Callable[[str], None]
) -> list[Measure]:
    """Each read's answers a second as a share of hello's: the median of the rounds, hello in each of them anew."""
    for read in reads:
        _answers(door, read)
    shares: dict[str, list[float]] = {read.title: [] for read in reads}
    rates: dict[str, list[float]] = {read.title: [] for read in reads}
    for number in range(rounds):
        said(f"{door.name}: reads, round {number + 1} of {rounds}")
        for read in reads:
            least = load.rate(f"{hello.url}/", {}, seconds / 2)
            rates[read.title].append(load.rate(door.url + read.path, read.headers, seconds))
            shares[read.title].append(rates[read.title][-1] / least)
    return [
        Measure(
            f"{door.name}: {read.title}",
            statistics.median(shares[read.title]),
            "of hello",
            f"{statistics.median(rates[read.title]):,.0f} answers a second",
            at_least=read.at_least,
        )
        for read in reads
    ]


def _answers(door: Server, read: Read) -> None:
    """Raises `NoLoad` unless the answer is a 200: wrk takes a redirect for an answer."""
    connection = HTTPConnection("127.0.0.1", door.port, timeout=5.0)
    try:
        connection.request("GET", read.path, headers=dict(read.headers))
        status = connection.getresponse().status
    finally:
        connection.close()
    if status != HTTPStatus.OK:
        raise load.NoLoad(f"{door.name} answers {read.title} with {status}.")


def _signed_in(site: Server, name: str) -> dict[str, str]:
    """The cookie of a reader who signed in through the form."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=5.0)
    try:
        form = urlencode({"username": name, "password": seed.READERS_PASSWORD})
        connection.request("POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
        given = connection.getresponse().headers.get_all("Set-Cookie") or []
    finally:
        connection.close()
    return {"Cookie": "; ".join(cookie.partition(";")[0] for cookie in given)}
