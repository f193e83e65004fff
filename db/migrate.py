"""Brings a database to the newest migration, or back: yoyo does the work, guarded by an advisory lock.

A migrator that was killed leaves yoyo's lock row behind, which would block every later deploy. PostgreSQL lets go of
the advisory lock with the connection, so whoever holds it may break a lock row: nobody else can be at work.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import psycopg
from yoyo import get_backend, read_migrations
from yoyo.backends.base import DatabaseBackend
from yoyo.migrations import MigrationList

from core.settings import give_this_user_a_name
from db.health import MIGRATIONS_FOLDER, migrations_needed
from db.pool import NotReady

_LOCK = 7_245_831_906
"""The number of our advisory lock; any will do that nobody else uses on this database."""

SECONDS_A_HOST = 3
"""A host that does not answer by then is given up, and the next one of the URL is asked."""


def migrate(url: str, folder: Path = MIGRATIONS_FOLDER) -> list[str]:
    """Apply what is missing and return its names. Raises `NotReady` with one sentence; what had been applied stays."""
    with _guarded(url, folder) as (backend, migrations):
        missing = backend.to_apply(migrations)
        backend.apply_migrations(missing)
        return [migration.id for migration in missing]


def rollback(url: str, count: int = 1, folder: Path = MIGRATIONS_FOLDER) -> list[str]:
    """Take the newest `count` migrations back and return their names. Raises `NotReady` with one sentence."""
    if count < 1:
        raise NotReady(f"{count} migrations cannot be taken back: one or more can")
    # who waits for a table keeps everybody from it who comes later; on the way there each file says so itself
    with _guarded(url, folder, "-c lock_timeout=5s") as (backend, migrations):
        newest = MigrationList(list(backend.to_rollback(migrations))[:count])
        backend.rollback_migrations(newest)
        return [migration.id for migration in newest]


def status(url: str, folder: Path = MIGRATIONS_FOLDER) -> list[tuple[str, bool]]:
    """Every migration of this release and whether it is applied. Raises `NotReady` with one sentence."""
    with _guarded(url, folder) as (backend, migrations):
        missing = {migration.id for migration in backend.to_apply(migrations)}
        return [(name, name not in missing) for name in migrations_needed(folder)]


@contextmanager
def alone(url: str) -> Iterator[psycopg.Connection]:
    """A connection of the owner's, while nobody else migrates or grants in this database. Waits its turn."""
    with psycopg.connect(url, autocommit=True, connect_timeout=SECONDS_A_HOST) as guard:
        _wait_for_turn(guard)
        yield guard


@contextmanager
def _guarded(url: str, folder: Path, options: str = "") -> Iterator[tuple[DatabaseBackend, MigrationList]]:
    """yoyo's backend, connected with these options of PostgreSQL's, and our migrations, while nobody else migrates.
    Waits its turn."""
    give_this_user_a_name()  # yoyo writes down who migrated
    try:
        with alone(url) as guard:
            backend = get_backend(_for_yoyo(url, guard.info, options))
            with closing(backend.connection):
                backend.break_lock()
                with backend.lock():
                    yield backend, read_migrations(str(folder))
    except psycopg.Error as error:
        raise NotReady(f"The migration stopped: {reason(error)}") from None


def _wait_for_turn(guard: psycopg.Connection) -> None:
    """Asks again and again for the lock: whoever waits inside a statement has a snapshot, and the building of an index
    beside running doors waits for old snapshots to go, so the two would wait for each other for good."""
    while guard.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone() != (True,):
        time.sleep(0.1)


def _for_yoyo(url: str, reached: psycopg.ConnectionInfo, options: str) -> str:
    """The same URL with the name of the driver and these options in it, and, of several hosts, the one that the guard
    has reached: yoyo knows of no lists, and it has to migrate where the lock is held."""
    place = urlsplit(url)
    account, at, hosts = place.netloc.rpartition("@")
    if "," in hosts:
        hosts = f"{reached.host}:{reached.port}"
    query = "&".join(
        part for part in (place.query, options and urlencode({"options": options}, quote_via=quote)) if part
    )
    return place._replace(scheme="postgresql+psycopg", netloc=f"{account}{at}{hosts}", query=query).geturl()


def reason(error: Exception) -> str:
    """The first line of what went wrong. The operator reads it, no client; a migration holds no client's values."""
    return str(error).strip().split("\n")[0] or type(error).__name__
