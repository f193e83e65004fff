"""What every test stands on: a real PostgreSQL, thrown away afterwards, and both doors on real sockets before it."""

import asyncio
import gc
import io
import json
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import uvicorn
from aiohttp import web

import api_starlette.__main__
import api_starlette.app
import web_aiohttp.app
from core import logs
from core.settings import Settings
from db import Database, migrate, open_database, roles
from db.pool import statements
from local.postgres import Programs, find_programs, throw_away
from tests import given

# Started in the background, or by nohup, the tests ignore signals, and each process that they start would inherit that:
# what is caught here is for the others as it is by default.
for number, caught in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, lambda *_: None)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, caught)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        choices=["wheel", "system"],
        default="wheel",
        help="whose PostgreSQL to test on: the wheel's (18) or the one that Debian installed (15)",
    )


gc.disable()  # it would look at all that was collected again and again, for two seconds, and in each process


def pytest_collection_finish() -> None:
    gc.enable()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test that was skipped is a test that nobody ran: that is a failure here."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def programs(request: pytest.FixtureRequest) -> Programs:
    """The PostgreSQL that this test run stands on."""
    return find_programs(Settings.read({}), source=request.config.getoption("--postgres"))


@pytest.fixture(scope="session")
def database_url(programs: Programs) -> Iterator[str]:
    """An empty, migrated database of this test run's own."""
    with throw_away(programs) as url:
        migrate.migrate(url)
        assert not roles.grant(url, {role: role.upper() for role in roles.WHO_SIGN_IN})
        yield url


def signed_in_as(role: str, url: str) -> str:
    """The same database for this role instead of its owner, `minitwit_site` say."""
    place = urlsplit(url)
    return place._replace(netloc=f"{role}:{role.upper()}@{place.hostname}:{place.port}").geturl()


@pytest.fixture(scope="session")
def settings(database_url: str) -> Settings:
    """The settings that the doors in these tests run with, each under its own role."""
    return replace(Settings.read({}), database_url=database_url, database_timeout=10.0)


@pytest.fixture(autouse=True)
def no_statement_runs_twice_in_a_request(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test asks of a door: a request runs three statements at most, and none again that went well."""
    requests: list[tuple[list[str] | None, list[str]]] = []
    run = Database._run

    async def watched(self: Database, name: str, parameters: dict[str, Any]) -> Any:
        records, ran = await run(self, name, parameters), statements.get()
        if ran is not None:
            went_well = next((each for request, each in requests if request is ran), None)
            if went_well is None:
                requests.append((ran, went_well := []))
            went_well.append(name)
        return records

    monkeypatch.setattr(Database, "_run", watched)
    yield
    assert [ran for _, ran in requests if len(ran) > 3 or len(set(ran)) < len(ran)] == []


@pytest.fixture(scope="session")
async def session_db(settings: Settings) -> AsyncIterator[Database]:
    async with open_database(settings, service="tests") as database:
        yield database


@pytest.fixture
async def db(session_db: Database) -> Database:
    """The database both doors stand on, empty at the begin of each test."""
    await given.nothing(session_db)
    return session_db


@pytest.fixture
async def empty_database(session_db: Database, database_url: str) -> AsyncIterator[str]:
    """The URL of another database on the same server, without a single table, gone afterwards."""
    await session_db.pool.execute("CREATE DATABASE another")
    yield database_url.rsplit("/", 1)[0] + "/another"
    await session_db.pool.execute("DROP DATABASE another WITH (FORCE)")


@pytest.fixture
async def cast(db: Database) -> given.Cast:
    """Alice posts, Bob follows Alice, Charlie follows nobody."""
    return await given.cast(db)


@asynccontextmanager
async def site_running(settings: Settings) -> AsyncIterator[str]:
    """The URL of a site with these settings, which has no more rights than a site needs."""
    settings = replace(settings, database_url=signed_in_as("minitwit_site", settings.database_url))
    runner = web.AppRunner(web_aiohttp.app.create_app(settings), access_log=None, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class _Server(uvicorn.Server):
    """A server beside other things in one process: it leaves the signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def api_running(settings: Settings) -> AsyncIterator[str]:
    """The URL of an API with these settings, which has no more rights than an API needs."""
    settings = replace(settings, database_url=signed_in_as("minitwit_api", settings.database_url))
    app = api_starlette.app.create_app(settings)
    keep_alive = api_starlette.__main__.KEEP_ALIVE
    server = _Server(
        uvicorn.Config(app, port=0, lifespan="on", access_log=False, log_config=None, timeout_keep_alive=keep_alive)
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        if serving.done():
            raise RuntimeError("the API ended before it had started") from serving.exception()
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@pytest.fixture(scope="session")
async def session_site(settings: Settings, all_events: io.StringIO) -> AsyncIterator[str]:
    async with site_running(settings) as url:
        yield url


@pytest.fixture(scope="session")
async def session_api(settings: Settings, all_events: io.StringIO) -> AsyncIterator[str]:
    async with api_running(settings) as url:
        yield url


@pytest.fixture
def site(session_site: str, db: Database) -> str:
    """The URL of the site, before an empty database."""
    return session_site


@pytest.fixture
def api(session_api: str, db: Database) -> str:
    """The URL of the API, before the same empty database."""
    return session_api


@pytest.fixture
async def browser(site: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Someone at the site who keeps cookies and is not signed in: `await browser.get("/public")`."""
    async with given.browser(site) as session:
        yield session


@pytest.fixture
async def program(api: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the API without credentials; give `headers=given.SIMULATOR` where it needs some."""
    async with aiohttp.ClientSession(api) as session:
        yield session


@pytest.fixture(scope="session")
def all_events() -> io.StringIO:
    written = io.StringIO()
    logs.set_up("tests", form="json", level="DEBUG", to=written, patient=False)
    return written


class Events:
    """The events that were logged since the test began."""

    def __init__(self, written: io.StringIO) -> None:
        self._written = written

    @property
    def text(self) -> str:
        return self._written.getvalue()

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def requests(self) -> list[dict[str, Any]]:
        """One for each request that was answered."""
        return [event for event in self.all if "http.response.status_code" in event]


@pytest.fixture
def events(all_events: io.StringIO) -> Events:
    all_events.seek(0)
    all_events.truncate()
    return Events(all_events)
