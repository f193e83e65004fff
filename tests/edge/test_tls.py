"""TLS, once for both doors: Mozilla's intermediate profile, HTTP/2, HSTS."""

import asyncio
import ssl
import warnings

import aiohttp
import pytest

from tests.edge.conftest import Certificate
from tests.edge.nginx import DOMAIN, Edge
from tests.edge.wire import request, spoken, status

HOSTS = pytest.mark.parametrize("host", [DOMAIN, f"api.{DOMAIN}"])


def speaking(certificate: Certificate, version: ssl.TLSVersion, ciphers: str = "DEFAULT") -> ssl.SSLContext:
    """A client that speaks one version only."""
    context = ssl.create_default_context(cafile=str(certificate.certificate))
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python warns of the old ones that are tried here
        context.minimum_version = context.maximum_version = version
    return context


@HOSTS
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_today_s_versions_are_spoken(
    edge: Edge, certificate: Certificate, host: str, version: ssl.TLSVersion
) -> None:
    asked = request("GET /healthz HTTP/1.1", f"Host: {host}")
    assert status(await spoken(edge.https, asked, tls=speaking(certificate, version), name=host)) == 200


@HOSTS
@pytest.mark.parametrize(
    ("version", "ciphers"),
    [
        (ssl.TLSVersion.TLSv1, "ALL"),
        (ssl.TLSVersion.TLSv1_1, "ALL"),
        (ssl.TLSVersion.TLSv1_2, "AES128-GCM-SHA256"),  # no forward secrecy
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA"),  # CBC
    ],
)
async def test_yesterday_s_are_not(
    edge: Edge, certificate: Certificate, host: str, version: ssl.TLSVersion, ciphers: str
) -> None:
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        await spoken(edge.https, b"", tls=speaking(certificate, version, ciphers), name=host)


@HOSTS
async def test_http_2_is_spoken(edge: Edge, certificate: Certificate, host: str) -> None:
    """A request by hand (RFC 9113): the preface, our settings, and one frame of headers that ends the stream."""
    context = ssl.create_default_context(cafile=str(certificate.certificate))
    context.set_alpn_protocols(["h2"])
    # :method GET and :scheme https by their numbers, :authority and :path by their letters
    headers = b"\x82\x87\x41" + bytes([len(host)]) + host.encode() + b"\x04\x08/healthz"
    frame = len(headers).to_bytes(3, "big") + b"\x01\x05\x00\x00\x00\x01" + headers
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.https, ssl=context, server_hostname=host)
    writer.write(preface + frame)
    kind, answer = 0, b""
    while kind != 1:
        head = await asyncio.wait_for(reader.readexactly(9), 5)
        kind, answer = head[3], await reader.readexactly(int.from_bytes(head[:3], "big"))
    writer.close()
    assert answer[0] == 0x88, "the number of :status 200"


async def test_https_is_promised_once_and_on_https_only(edge: Edge, client: aiohttp.ClientSession) -> None:
    for url in (f"{edge.site}/public", f"{edge.site}/nobody", f"{edge.site}/metrics", f"{edge.api}/latest"):
        answer = await client.get(url)
        assert answer.headers.getall("Strict-Transport-Security") == ["max-age=63072000"], url
    for url in (f"{edge.plain_api}/latest", f"http://{DOMAIN}:{edge.http}/"):
        answer = await client.get(url, allow_redirects=False)
        assert "Strict-Transport-Security" not in answer.headers, url
