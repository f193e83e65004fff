"""nginx in front of both doors: the real program, real names, a certificate of the tests' own."""

import socket
import ssl
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
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


BOTH = ("tasks.web", "tasks.api")


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


@contextmanager
def names_of_both() -> Iterator[Names]:
    """A name server that knows one replica of each door."""
    with name_server() as known:
        known.addresses = {name: ["127.0.0.1"] for name in BOTH}
        yield known


@pytest.fixture
def names() -> Iterator[Names]:
    """What an nginx of this test's own asks."""
    with names_of_both() as known:
        yield known


@pytest.fixture(scope="session")
def values(certificate: Certificate, secure_site: str, session_api: str) -> dict[str, str]:
    """What every nginx here is told, but for its name server: both doors, and that plain http is open at the API."""
    return {
        "TLS_CERTIFICATE": str(certificate.certificate),
        "TLS_KEY": str(certificate.key),
        "KIBANA_AUTHORITY": str(certificate.certificate),
        "WEB_UPSTREAM": f"tasks.web:{urlsplit(secure_site).port}",
        "API_UPSTREAM": f"tasks.api:{urlsplit(session_api).port}",
        "API_PLAIN_HTTP": "true",
    }


Start = Callable[..., AbstractContextManager[Edge]]


@pytest.fixture
def start(names: Names, values: dict[str, str], db: Database, tmp_path: Path) -> Start:
    """`with start({"SIGN_IN_BURST": "3"}) as edge:` starts nginx in front of both doors and an empty database."""

    @contextmanager
    def started(changed: dict[str, str] | None = None, changes: dict[str, str] | None = None) -> Iterator[Edge]:
        told = values | {"RESOLVER": f"127.0.0.1:{names.port}"} | (changed or {})
        answered = names.answered.copy()
        with nginx(tmp_path, told, changes) as running:
            names.await_answers(*BOTH, after=answered)
            yield running

    return started


@pytest.fixture(scope="session")
def session_edge(values: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with names_of_both() as known:
        told = {"RESOLVER": f"127.0.0.1:{known.port}", "SIGN_IN_RATE": "1000r/s", "SIGN_IN_BURST": "1000"}
        with nginx(tmp_path_factory.mktemp("nginx"), values | told) as running:
            known.await_answers(*BOTH, after=Counter())
            yield running


@pytest.fixture
def edge(session_edge: Edge, db: Database) -> Edge:
    """The nginx that tests share which change nothing about it; who signs in often is not limited. The database behind
    the doors is empty."""
    return session_edge


@pytest.fixture
async def client(certificate: Certificate) -> AsyncIterator[aiohttp.ClientSession]:
    """Someone who keeps no cookies and follows no redirects by itself: give whole URLs."""
    connector = aiohttp.TCPConnector(ssl=certificate.trusted)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session
