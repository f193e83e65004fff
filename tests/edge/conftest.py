"""nginx in front of both doors: the real program, real names, a certificate of the tests' own."""

import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from core.settings import Settings
from db import Database
from local.watch.names import Names, name_server
from tests.conftest import site_running
from tests.edge.nginx import DOMAIN, Edge, nginx


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test in this folder needs nginx."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.nginx)


@dataclass(frozen=True)
class Certificate:
    """The files of one for both names, and a client's trust in it."""

    certificate: Path
    key: Path
    trusted: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certificate]:
    """Good for two days. Every client in this process trusts it and no other."""
    folder = tmp_path_factory.mktemp("certificate")
    crt, key = folder / "crt.pem", folder / "key.pem"
    names = f"subjectAltName=DNS:{DOMAIN},DNS:api.{DOMAIN}"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", f"/CN={DOMAIN}", "-addext", names, "-keyout", str(key), "-out", str(crt)),
        ],
        check=True,
        capture_output=True,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(crt))
        patch.setenv("REQUESTS_CA_BUNDLE", str(crt))
        trusted = ssl.create_default_context(cafile=str(crt))
        patch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusted)  # made once, when aiohttp was imported
        yield Certificate(crt, key, trusted)


@pytest.fixture(scope="session", autouse=True)
def hosts_file() -> Iterator[None]:
    """Both names lead to this machine, for every client in this process."""
    original = socket.getaddrinfo

    def found(host: Any, *rest: Any, **more: Any) -> Any:
        ours = isinstance(host, str) and host.endswith(DOMAIN)
        return original("127.0.0.1" if ours else host, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", found)
        yield


@pytest.fixture(scope="session")
async def secure_site(settings: Settings, all_events: Any) -> AsyncIterator[str]:
    """The site as it runs behind TLS, reached directly."""
    async with site_running(replace(settings, https=True)) as url:
        yield url


@pytest.fixture(scope="session")
async def session_names() -> AsyncIterator[Names]:
    async with name_server() as names:
        yield names


@pytest.fixture
def names(session_names: Names) -> Names:
    """The name server, which knows one replica of each door."""
    session_names.addresses = {"tasks.web": ["127.0.0.1"], "tasks.api": ["127.0.0.1"]}
    return session_names


Start = Callable[..., AbstractContextManager[Edge]]


@pytest.fixture
def start(
    names: Names, certificate: Certificate, secure_site: str, session_api: str, db: Database, tmp_path: Path
) -> Start:
    """`with start({"SIGN_IN_BURST": "3"}) as edge:` starts nginx in front of both doors and an empty database."""
    values = {
        "TLS_CERTIFICATE": str(certificate.certificate),
        "TLS_KEY": str(certificate.key),
        "RESOLVER": f"127.0.0.1:{names.port}",
        "WEB_UPSTREAM": f"tasks.web:{urlsplit(secure_site).port}",
        "API_UPSTREAM": f"tasks.api:{urlsplit(session_api).port}",
        "API_PLAIN_HTTP": "true",
    }

    def started(
        changed: dict[str, str] | None = None, changes: dict[str, str] | None = None
    ) -> AbstractContextManager[Edge]:
        return nginx(tmp_path, values | (changed or {}), changes)

    return started


@pytest.fixture
def edge(start: Start) -> Iterator[Edge]:
    """nginx with the default limits; plain http is open at the API."""
    with start() as running:
        yield running


@pytest.fixture
async def client(certificate: Certificate) -> AsyncIterator[aiohttp.ClientSession]:
    """Someone who keeps no cookies and follows no redirects by itself: give whole URLs."""
    connector = aiohttp.TCPConnector(ssl=certificate.trusted)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session
