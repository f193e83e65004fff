"""What arrives at a door is what a client sent: every name however it is spelled, every way of speaking HTTP."""

from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from local.watch.proxy import FOLDER, program
from tests import given
from tests.edge.conftest import Certificate, Start
from tests.edge.nginx import DOMAIN, Edge
from tests.edge.wire import request, spoken, status

BROTLI = FOLDER / "brotli.conf"

NAMES = [
    *("a/b", "a//b", "a b", 'a"b', "a'b", "a%b", "a%2Fb", "a?b", "a#b", "a+b", "a\\b", "a;b", ":"),
    *(".", "..", "../x", "...", "🦊", "Æ ø"),
]


@pytest.mark.parametrize("name", NAMES)
async def test_any_name_arrives_unchanged(edge: Edge, client: aiohttp.ClientSession, name: str) -> None:
    new = {"username": name, "email": "@", "pwd": "x"}
    assert (await client.post(f"{edge.api}/register", json=new)).status == (400 if name in {".", ".."} else 204)
    url = URL(f"{edge.api}/msgs/{quote(name, safe='')}", encoded=True)
    wrote = await client.post(url, json={"content": "mine"}, headers=given.SIMULATOR)
    assert wrote.status == (404 if name in {".", ".."} else 204)
    if wrote.status == 204:
        (message,) = await (await client.get(url, headers=given.SIMULATOR)).json()
        assert (message["user"], message["content"]) == (name, "mine")


@pytest.mark.parametrize("path", ["/msgs/bob%00", "/msgs/..%2F..%2Fbob"])
async def test_a_nul_and_a_way_above_the_root_are_refused_before_a_door_is_asked(
    edge: Edge, client: aiohttp.ClientSession, path: str
) -> None:
    """The one thing that differs: nginx looks at the path before it passes it on as it was."""
    answer = await client.get(URL(edge.api + path, encoded=True), headers=given.SIMULATOR)
    assert answer.status == 400
    assert await answer.json() == {"status": 400, "error_msg": "We could not make sense of what was sent"}
    assert not (await edge.line(answer.headers["X-Request-Id"]))["labels.upstream_address"]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_an_old_version_and_a_connection_for_one_request_are_served(
    edge: Edge, certificate: Certificate, version: str
) -> None:
    asked = request(f"GET /latest HTTP/{version}", f"Host: api.{DOMAIN}")
    for tls in (None, certificate.trusted):
        answer = await spoken(edge.https if tls else edge.http, asked, tls=tls, name=f"api.{DOMAIN}")
        assert status(answer) == 200
        assert answer.endswith(b'{"latest":-1}')
        assert b"connection: close" in answer.lower()


async def test_a_body_in_pieces_arrives_whole(edge: Edge, cast: given.Cast, client: aiohttp.ClientSession) -> None:
    name, credentials = next(iter(given.SIMULATOR.items()))
    headers = (f"Host: api.{DOMAIN}", f"{name}: {credentials}", "Transfer-Encoding: chunked")
    head = request("POST /msgs/bob HTTP/1.1", *headers)
    answer = await spoken(edge.http, head, b'a\r\n{"content"\r\n', b'8\r\n:"mine"}\r\n', b"0\r\n\r\n")
    assert status(answer) == 204
    (message,) = await (await client.get(f"{edge.api}/msgs/bob", headers=given.SIMULATOR)).json()
    assert message["content"] == "mine"


async def test_who_can_unpack_gets_it_packed(edge: Edge, secure_site: str, certificate: Certificate) -> None:
    for host, path in ((DOMAIN, "/public"), (f"api.{DOMAIN}", "/openapi.json")):
        plain = request(f"GET {path} HTTP/1.1", f"Host: {host}")
        packed = request(f"GET {path} HTTP/1.1", f"Host: {host}", "Accept-Encoding: gzip")
        answers = [await spoken(edge.https, each, tls=certificate.trusted, name=host) for each in (plain, packed)]
        (head, body), (head_packed, _) = [answer.split(b"\r\n\r\n", 1) for answer in answers]
        assert b"Content-Encoding" not in head
        assert b"Content-Encoding: gzip" in head_packed
        assert b"Vary: Accept-Encoding" in head_packed
        assert len(answers[1]) < len(answers[0])
        assert body


@pytest.mark.parametrize(("path", "kind"), [("/public", b"html"), ("/openapi.json", b"json")])
async def test_brotli_is_spoken_where_nginx_has_the_module(
    start: Start, certificate: Certificate, tmp_path: Path, path: str, kind: bytes
) -> None:
    places = [folder / "usr/lib/nginx/modules/ngx_http_brotli_filter_module.so" for folder in Path(program()).parents]
    module = next((place for place in places if place.exists()), None)
    assert module, "libnginx-mod-http-brotli-filter is not installed"
    for folder, text in {"modules-enabled": f'load_module "{module}";', "conf.d": BROTLI.read_text("utf-8")}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "brotli.conf").write_text(text, "utf-8")
    host = DOMAIN if kind == b"html" else f"api.{DOMAIN}"
    with start() as edge:
        for takes, gets in (("gzip, deflate, br", b"br"), ("gzip", b"gzip")):
            asked = request(f"GET {path} HTTP/1.1", f"Host: {host}", f"Accept-Encoding: {takes}")
            head = (await spoken(edge.https, asked, tls=certificate.trusted, name=host)).partition(b"\r\n\r\n")[0]
            assert b"Content-Encoding: " + gets in head
            assert b"Vary: Accept-Encoding" in head
            assert kind in head


async def test_a_versioned_file_is_kept_for_good_and_says_so_once(edge: Edge, client: aiohttp.ClientSession) -> None:
    page = await (await client.get(f"{edge.site}/public")).text()
    address = next(part for part in page.split('"') if part.startswith("/static/style.css?v="))
    answer = await client.get(edge.site + address)
    assert answer.headers.getall("Cache-Control") == ["public, max-age=31536000, immutable"]


async def test_head_is_get_without_its_body(edge: Edge, client: aiohttp.ClientSession) -> None:
    for url in (f"{edge.site}/public", f"{edge.api}/openapi.json", f"{edge.api}/latest"):
        get, head = await client.get(url), await client.head(url)
        assert (head.status, head.content_type, await head.read()) == (get.status, get.content_type, b"")
