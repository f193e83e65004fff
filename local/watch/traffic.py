"""What gives the dashboards something to show: the simulator, people at the site, and a moment of trouble."""

import base64
import http.client
import http.cookiejar
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from bench import invented
from bench.tally import Tally
from core.settings import Settings
from local.watch.everything import DOMAIN, Everything, simulator

PASSWORD = "a password of the traffic"  # noqa: S105  # of people who are thrown away

_PAIR = f"{Settings().simulator_username}:{Settings().simulator_password}"
SIMULATOR = {"Authorization": f"Basic {base64.b64encode(_PAIR.encode()).decode()}"}
"""The operator's account, with the password that development has."""

WRONG: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("GET", "/msgs", {}),
    ("POST", "/msgs/nobody", {**SIMULATOR, "Content-Type": "application/json"}),
    ("GET", "/no/such/address", SIMULATOR),
)
"""Calls that are refused with 403, 404 and 404."""

TROUBLE_SECONDS = 6
"""Longer than a statement may take: the doors answer 503 meanwhile."""


class Visitor:
    """Somebody at the site, through nginx, who keeps cookies."""

    def __init__(self, here: Everything) -> None:
        self.site = here.site
        trusted = ssl.create_default_context(cafile=str(here.certificate))
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trusted), jar)

    def ask(self, path: str, **form: str) -> int:
        """The status of a page, or of a form that was sent."""
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self.site + path, data, {"Origin": self.site})  # noqa: S310  # https, made here
        try:
            with self._opener.open(request, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


def program(here: Everything, method: str, path: str, headers: dict[str, str]) -> int:
    """The status of a call to the API, through nginx."""
    connection = http.client.HTTPConnection("127.0.0.1", here.ports["http"], timeout=20)
    try:
        body = '{"content": "a call that nobody wanted"}' if method == "POST" else None
        connection.request(method, path, body, {"Host": f"api.{DOMAIN}", **headers})
        return connection.getresponse().status
    finally:
        connection.close()


def play(here: Everything, settings: Settings, *, actions: int, seed: int, pause: float = 0.0) -> Tally:
    """So many calls of the simulator, with people at the site beside it. The tally of the calls."""
    ended = threading.Event()
    people = threading.Thread(target=_people, args=(here, seed, ended))
    people.start()
    try:
        tally = Tally()
        player = simulator(here, settings)
        for action in invented.scenario(seed, actions):
            player.do(action, tally)
            time.sleep(pause)
        return tally
    finally:
        ended.set()
        people.join()


def _people(here: Everything, seed: int, ended: threading.Event) -> None:
    """One comes, writes and reads for a while, then the next; beside them programs call the API without a password, for
    a user who is not there, and where nothing is."""
    for number in range(1000):
        if number % 8 == 0:  # nginx lets an address sign in or up each two seconds, and everybody here has the same
            visitor, name = Visitor(here), f"Visitor {seed}-{number}"
            visitor.ask("/register", username=name, email="v@example.com", password=PASSWORD, password2=PASSWORD)
            visitor.ask("/login", username=name, password="mistyped")  # noqa: S106  # that is the point
            visitor.ask("/login", username=name, password=PASSWORD)
        visitor.ask("/add_message", text=f"Hello from {name}")
        for path in ("/public", "/", "/public", f"/{urllib.parse.quote(name)}", "/nobody%20at%20all"):
            visitor.ask(path)
        method, path, headers = WRONG[number % len(WRONG)]
        program(here, method, path, headers)
        if ended.wait(1.0):
            return


def trouble(here: Everything) -> None:
    """Nobody can read or write messages for a moment, and more ask than there are connections; then a few that write
    wait in the middle of it, long enough to be slow."""
    with ThreadPoolExecutor(40) as crowd, _locked(here, "messages", TROUBLE_SECONDS):
        pages = [crowd.submit(Visitor(here).ask, "/public") for _ in range(30)]
        calls = [crowd.submit(program, here, "GET", "/msgs", SIMULATOR) for _ in range(10)]
        for asked in pages + calls:
            asked.result()
    with ThreadPoolExecutor(4) as writers, _locked(here, "user_counts IN SHARE MODE", 1):
        for answered in [writers.submit(program, here, "POST", "/msgs/Visitor%201-0", SIMULATOR) for _ in range(4)]:
            answered.result()


@contextmanager
def _locked(here: Everything, table: str, seconds: int) -> Iterator[None]:
    """Somebody else holds this table for so long, or until the block ends, whichever is later."""
    held = f"BEGIN; LOCK TABLE {table}; DO $$ BEGIN PERFORM pg_sleep({seconds}); END $$; COMMIT"
    psql = here.primary.programs.path("psql")
    holding = subprocess.Popen(
        here.primary.cluster.account.command(psql, here.primary.url, "--quiet", "--command", held),
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(0.3)
    try:
        yield
    finally:
        holding.wait(30)
