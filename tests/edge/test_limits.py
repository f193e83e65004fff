"""How much, how long, how often: who tries to sign in too often, speaks too slowly or says too much is told so."""

import asyncio
import io
from collections.abc import Iterator

import aiohttp
import pytest
from yarl import URL

from db import Database
from tests import given
from tests.edge.conftest import Certificate, Start
from tests.edge.nginx import DOMAIN, Edge
from tests.edge.wire import request, spoken, status

BURST = 20
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HALF_A_BODY = request("POST /register HTTP/1.1", f"Host: api.{DOMAIN}", "Content-Length: 9")
WRONG = {"username": "alice", "password": "a guess"}


@pytest.fixture
def edge(start: Start) -> Iterator[Edge]:
    """An nginx with the default limits, which nobody has met yet."""
    with start() as running:
        yield running


def from_address(address: str, certificate: Certificate) -> aiohttp.ClientSession:
    """Someone who comes from this address of the machine."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=certificate.trusted, local_addr=(address, 0)))


@pytest.mark.parametrize("path", ["/login", "/register", "/%6Cogin"])
async def test_an_address_signs_in_and_up_so_often_and_then_has_to_wait(
    edge: Edge, certificate: Certificate, cast: given.Cast, path: str
) -> None:
    url = URL(f"{edge.site}{path}", encoded=True)
    async with from_address("127.0.0.1", certificate) as someone, from_address("127.0.0.2", certificate) as other:
        answers = await asyncio.gather(*(someone.post(url, data=WRONG) for _ in range(1 + BURST + 3)))
        refused = [answer for answer in answers if answer.status == 429]
        assert 1 <= len(refused) <= 3, "one, as many again as may come at once, and one more every two seconds"
        assert refused[-1].headers["Retry-After"] == "10"
        assert "There were too many attempts from your address" in await refused[-1].text()
        assert (await other.post(url, data=WRONG)).status != 429, "another address"
        for free in ("/login", "/register", "/public"):
            assert (await someone.get(f"{edge.site}{free}")).status == 200, "reading is free"
        assert (await someone.post(f"{edge.site}/add_message", data={"text": "x"})).status != 429, "writing too"
    assert (await edge.line(refused[-1].headers["X-Request-Id"]))["log.level"] == "warning"


async def test_the_limit_is_a_setting(start: Start, client: aiohttp.ClientSession) -> None:
    with start({"SIGN_IN_RATE": "1r/m", "SIGN_IN_BURST": "1"}) as edge:
        statuses = [(await client.post(f"{edge.site}/login", data=WRONG)).status for _ in range(3)]
        assert [code == 429 for code in statuses] == [False, False, True]


async def test_no_call_of_the_simulator_is_ever_limited(edge: Edge, db: Database) -> None:
    async with aiohttp.ClientSession() as program:
        for number in range(BURST * 3):
            body = {"username": f"user {number}", "email": "@", "pwd": "x"}
            assert (await program.post(f"{edge.plain_api}/register", json=body)).status == 204
        codes = {(await program.post(f"{edge.plain_api}/login")).status for _ in range(BURST * 2)}
    assert codes == {403}


@pytest.mark.parametrize(("size", "by"), [(256 * 1024 + 1, "a door"), (1_000_000, "a door"), (2_000_000, "nginx")])
async def test_a_body_that_is_too_large_gets_the_same_answer_whoever_refuses_it(
    edge: Edge, client: aiohttp.ClientSession, cast: given.Cast, size: int, by: str
) -> None:
    page = await client.post(f"{edge.site}/login", data=io.BytesIO(b"x" * size), headers=FORM)
    answer = await client.post(f"{edge.api}/msgs/bob", data=io.BytesIO(b"x" * size), headers=given.SIMULATOR)
    assert (page.status, page.content_type) == (413, "text/html")
    assert "256 KiB" in await page.text()
    assert answer.status == 413
    assert await answer.json() == {"status": 413, "error_msg": "The body is too large: it may have 256 KiB"}
    asked = (await edge.line(answer.headers["X-Request-Id"]))["labels.upstream_address"]
    assert bool(asked) == (by == "a door")


@pytest.mark.parametrize(("size", "code"), [(200_000, 403), (1_000_000, 413), (3_000_000, 413)])
async def test_who_closes_its_connections_hears_why_it_is_refused(edge: Edge, size: int, code: int) -> None:
    """A server that closes while its client is still speaking resets the connection, and the answer is lost."""
    head = request("POST /msgs/bob HTTP/1.1", f"Host: api.{DOMAIN}", f"Content-Length: {size}")
    for _ in range(5):
        assert status(await spoken(edge.http, head, b"x" * size)) == code


@pytest.mark.parametrize("half", [b"POST /register HT", HALF_A_BODY], ids=["a head", "a body"])
async def test_who_speaks_too_slowly_is_hung_up_on(start: Start, half: bytes) -> None:
    hasty = {f"client_{part}_timeout 10s": f"client_{part}_timeout 300ms" for part in ("header", "body")}
    with start(changes=hasty) as edge:
        answer = await asyncio.wait_for(spoken(edge.http, half), 3)
        assert answer == b"" or status(answer) == 408


@pytest.mark.parametrize("head", ["GET /" + "x" * 9000 + " HTTP/1.1", "GET / HTTP/1.1\r\nX-Long: " + "x" * 40_000])
async def test_an_address_or_a_header_that_is_too_long_is_refused_in_the_same_shape(
    edge: Edge, certificate: Certificate, head: str
) -> None:
    for host, kind in ((DOMAIN, b"text/html"), (f"api.{DOMAIN}", b"application/json")):
        answer = await spoken(edge.https, request(head, f"Host: {host}"), tls=certificate.trusted, name=host)
        assert status(answer) in {400, 414}
        assert kind in answer
        assert b"nginx/" not in answer
