"""Which name leads where, and what no name leads to."""

import ssl

import aiohttp
import pytest
from yarl import URL

from tests import given
from tests.conftest import Events
from tests.edge.conftest import Certificate, Start
from tests.edge.nginx import DOMAIN, Edge
from tests.edge.wire import request, request_id, spoken, status

PRIVATE = ["/metrics", "/readyz", "/metrics?x=1", "//metrics", "/%6Detrics", "/x/../metrics", "/./readyz", "/metrics#x"]


async def test_the_domain_is_the_site_and_api_below_it_the_api(edge: Edge, client: aiohttp.ClientSession) -> None:
    assert "MiniTwit</title>" in await (await client.get(f"{edge.site}/public")).text()
    for api in (edge.api, edge.plain_api):
        assert await (await client.get(f"{api}/latest")).json() == {"latest": -1}


@pytest.mark.parametrize("host", ["elsewhere.test", "127.0.0.1", f"www.{DOMAIN}", f"{DOMAIN}.elsewhere.test", "_"])
async def test_plain_http_under_another_name_hears_nothing(edge: Edge, host: str) -> None:
    assert await spoken(edge.http, request("GET /public HTTP/1.1", f"Host: {host}")) == b""
    assert await spoken(edge.http, request("GET /public HTTP/1.0")) == b"", "no name at all"


@pytest.mark.parametrize("name", ["elsewhere.test", f"www.{DOMAIN}", ""])
async def test_tls_under_another_name_ends_in_the_handshake(edge: Edge, name: str) -> None:
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        await spoken(edge.https, b"", tls=anyone, name=name)


async def test_a_connection_of_ours_is_no_way_to_another_name(edge: Edge, certificate: Certificate) -> None:
    asked = request("GET / HTTP/1.1", "Host: elsewhere.test")
    assert status(await spoken(edge.https, asked, tls=certificate.trusted, name=DOMAIN)) == 421


@pytest.mark.parametrize("target", PRIVATE)
@pytest.mark.parametrize("host", [DOMAIN, f"api.{DOMAIN}"])
async def test_numbers_and_readiness_are_nobodys_business_outside(
    edge: Edge, certificate: Certificate, host: str, target: str
) -> None:
    asked = request(f"GET {target} HTTP/1.1", f"Host: {host}")
    answer = await spoken(edge.https, asked, tls=certificate.trusted, name=host)
    assert status(answer) == 404
    assert (await edge.line(request_id(answer)))["labels.upstream_address"] == "", "no door was asked"


async def test_the_doors_themselves_do_tell(
    secure_site: str, session_api: str, edge: Edge, client: aiohttp.ClientSession
) -> None:
    for door, outside in ((secure_site, edge.site), (session_api, edge.api)):
        for path in ("/metrics", "/readyz"):
            assert (await client.get(f"{door}{path}")).status == 200
        assert (await client.get(f"{outside}/healthz")).status == 200


async def test_the_proxys_own_health_and_numbers_have_a_port_inside(edge: Edge, client: aiohttp.ClientSession) -> None:
    inside = f"http://127.0.0.1:{edge.status}"
    assert await (await client.get(f"{inside}/healthz")).text() == "ok\n"
    assert "Active connections:" in await (await client.get(f"{inside}/status")).text()
    for outside in (edge.site, edge.api):
        assert "Active" not in await (await client.get(f"{outside}/status")).text()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_site_sends_plain_http_to_https_as_it_came(
    edge: Edge, client: aiohttp.ClientSession, method: str
) -> None:
    url = URL(f"http://{DOMAIN}:{edge.http}/a%2Fb%20c/follow?x=%22", encoded=True)
    answer = await client.request(method, url, allow_redirects=False)
    assert answer.status == 308
    assert answer.headers["Location"] == f"https://{DOMAIN}/a%2Fb%20c/follow?x=%22"


async def test_the_api_never_redirects_and_can_be_closed_to_plain_http(
    start: Start, client: aiohttp.ClientSession
) -> None:
    with start({"API_PLAIN_HTTP": "false"}) as edge:
        refused = await client.post(f"{edge.plain_api}/register", json={}, allow_redirects=False)
        assert refused.status == 403
        assert await refused.json() == {"status": 403, "error_msg": "This API is spoken to over https"}
        assert (await client.get(f"{edge.api}/latest", allow_redirects=False)).status == 200


async def test_the_id_of_a_request_is_made_here_and_known_to_all(
    edge: Edge, client: aiohttp.ClientSession, events: Events
) -> None:
    for url in (f"{edge.site}/public", f"{edge.api}/latest"):
        answer = await client.get(url, headers={"X-Request-Id": "an-id-of-the-clients"})
        (given_id,) = answer.headers.getall("X-Request-Id")
        assert len(given_id) == 32
        assert events.requests[-1]["trace.id"] == (await edge.line(given_id))["http.request.id"] == given_id


async def test_a_session_is_kept_by_a_cookie_that_only_https_carries(edge: Edge, cast: given.Cast) -> None:
    async with given.browser(edge.site) as browser:
        form = {"username": "alice", "password": given.PASSWORD}
        answer = await browser.post("/login", data=form, allow_redirects=False)
        cookie = answer.cookies["__Host-session"]
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
        assert "You were logged in" in await (await browser.get("/")).text()


@pytest.mark.parametrize("tool", ["grafana", "kibana"])
async def test_the_dashboards_have_names_of_their_own_and_their_numbers_stay_inside(edge: Edge, tool: str) -> None:
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    host = f"{tool}.{DOMAIN}"
    answer = await spoken(edge.https, request("GET / HTTP/1.1", f"Host: {host}"), tls=anyone, name=host)
    assert status(answer) == 503, "none runs here"
    assert (await edge.line(request_id(answer)))["service.target.name"] == tool
    if tool == "grafana":  # which tells its numbers to everybody who asks
        metrics = await spoken(edge.https, request("GET /metrics HTTP/1.1", f"Host: {host}"), tls=anyone, name=host)
        assert status(metrics) == 404
    plain = await spoken(edge.http, request("GET /d/1?x HTTP/1.1", f"Host: {host}"))
    assert status(plain) == 308
    assert f"Location: https://{host}/d/1?x".encode() in plain
