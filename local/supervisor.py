"""One run of everything: the place, the database, the migration, both doors; watched, and stopped in reverse."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import FrameType

from core.settings import Settings, child_environment
from local import doors, place, postgres
from local.children import bound
from local.cluster import Cluster
from local.words import CannotRun, say

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a stop asked for by a program, a closed terminal."""

START_SECONDS = 30.0
"""A door that has not answered by then is not going to."""

Parts = dict[str, subprocess.Popen[bytes]]


def run(settings: Settings) -> None:
    """Run everything until a signal asks for the end.

    Raises `CannotRun` when something cannot start, or ends while it should run; the rest was stopped then.
    """
    listen()
    here: place.Place | None = None
    with ExitStack() as stack:
        try:
            if not settings.database_url:
                here = stack.enter_context(place.held(settings.data_dir))
            _serve(settings, here, stack)
        except KeyboardInterrupt:
            say("Stopping …")
        finally:
            _hear(lambda _signal, _frame: None)
            if here:
                here.note("stopping")
    say(f"MiniTwit has stopped. The data stays in {settings.data_dir}." if here else "MiniTwit has stopped.")


def listen() -> None:
    """From now on the first signal of `ENDINGS` raises `KeyboardInterrupt`. The next ones change nothing: the stop that
    is under way is the quickest that keeps the data."""

    def first(_signal: int, _frame: FrameType | None) -> None:
        _hear(lambda _signal, _frame: None)
        raise KeyboardInterrupt

    _hear(first)


def migrate(environment: Mapping[str, str], *options: str) -> None:
    """Bring the database that DATABASE_URL names in this environment up to date. Raises `CannotRun`; db says why."""
    command = bound("TERM", sys.executable, "-m", "db", "migrate", *options)
    ended = subprocess.run(command, env=environment, start_new_session=True, check=False).returncode
    if ended:
        raise CannotRun(f"The migration of the database ended {_how(ended)}, so nothing was started.")


def _serve(settings: Settings, here: place.Place | None, stack: ExitStack) -> None:
    both = doors.both(settings)
    for door in both:
        # Doors whose supervisor was killed a moment ago are finishing their last requests.
        door.check(patience=settings.shutdown_seconds + 3 if here and here.interrupted else 2)
    running: Parts = {}
    environments, tend = {door.name: child_environment() for door in both}, lambda: None
    if here:
        server = _database(settings, here)
        stack.callback(server.stop, patience=2)
        nearest, tend = server.cluster.nearest_url, server.trim_log
        environments = {door.name: reaching(nearest(server.port, door.role)) for door in both}
        running["database"] = server.started
        migrate(reaching(server.url), "--passwords", str(server.cluster.passwords))
    else:
        migrate(child_environment())
    opened: Parts = {}
    stack.callback(lambda: doors.stop(list(opened.values()), settings.shutdown_seconds + 1))
    for door in both:
        opened[door.name] = running[door.name] = door.start(environments[door.name])
    _await(both, running)
    _welcome(both)
    _watch(running, tend)


def _database(settings: Settings, here: place.Place) -> postgres.Server:
    cluster = Cluster(here.folder)
    programs = postgres.find_programs(settings, major=cluster.major())
    if cluster.major() is None:
        say(f"Making a database in {settings.data_dir} with PostgreSQL {programs.major} …")
        cluster.create(programs)
    server = postgres.Server(cluster, programs)
    server.start()
    cluster.choose_passwords()
    cluster.tell(server.port)
    return server


def reaching(url: str) -> dict[str, str]:
    """The environment of a process that finds its database at this URL."""
    return child_environment(DATABASE_URL=url, DATABASE_URL_FILE=None)


def _await(both: tuple[doors.Door, ...], running: Parts) -> None:
    deadline = time.monotonic() + START_SECONDS
    for door in both:
        while not door.ready():
            _still(running)
            if time.monotonic() > deadline:
                raise CannotRun(f"The {door.name} did not answer within {START_SECONDS:.0f} seconds.")
            time.sleep(0.05)
    # What answered may be another program that took the port in between.
    _still(running)


def _welcome(both: tuple[doors.Door, ...]) -> None:
    addresses = "\n".join(f"  the {door.name:<4}  {door.address}" for door in both)
    say(f"\nMiniTwit is running.\n\n{addresses}\n\nPress Ctrl-C to stop it.\n")


def _watch(running: Parts, tend: Callable[[], None]) -> None:
    while True:
        _still(running)
        tend()
        time.sleep(0.2)


def _still(running: Parts) -> None:
    for name, process in running.items():
        if process.poll() is not None:
            raise CannotRun(f"The {name} ended {_how(process.returncode)}, so everything was stopped.")


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"


def _hear(handler: Callable[[int, FrameType | None], None]) -> None:
    for ending in ENDINGS:
        # nohup asks that a closed terminal means nothing; that stays.
        if ending != signal.SIGHUP or signal.getsignal(ending) != signal.SIG_IGN:
            signal.signal(ending, handler)
