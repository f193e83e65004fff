"""What leaves the database machine, and that it comes back: a real pgBackRest, over TLS and encrypted."""

import re
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.deploy.credentials import PASSWORDS
from tests.deploy.postgres import Place, place
from tests.deploy.processes import Running, until

pytestmark = pytest.mark.pgbackrest

CANARY = "a message that nobody else may read"


@pytest.fixture
def here() -> Iterator[Place]:
    with place() as found:
        yield found


def backed_up(here: Place, **more: str) -> tuple[Running, Running]:
    """The repository and a filled primary of which it has a base backup."""
    repository = here.repository(**more)
    here.db.agent()
    serving = here.db.serve()
    until(lambda: here.db.is_primary)
    here.db.fill()
    until(lambda: here.metrics.keys() == {"base", "wal"})
    return repository, serving


def archived(here: Place) -> None:
    """All that was written so far is in the repository."""
    segment = here.db.as_superuser("SELECT pg_walfile_name(pg_switch_wal())")
    until(lambda: here.db.as_superuser("SELECT last_archived_wal FROM pg_stat_archiver") >= segment)


def test_a_point_in_time_comes_back_with_exactly_what_had_been_acknowledged_by_then(here: Place) -> None:
    _, serving = backed_up(here)
    for number in range(40):
        here.db.post(f"before {number}")
    moment, wanted = here.db.ask("SELECT clock_timestamp()"), here.db.messages
    time.sleep(0.1)
    here.db.post("a mistake")
    here.db.tell("DELETE FROM messages WHERE content LIKE 'before 1%'")
    assert here.db.messages != wanted
    later, wanted_later = here.db.ask("SELECT clock_timestamp()"), here.db.messages
    time.sleep(0.1)
    here.db.post("too late")
    archived(here)
    serving.stop()

    done = here.db.run("restore", TARGET=moment)
    assert done.returncode == 0, done.stderr
    assert re.search(r"restore: Restored: the last transaction is of 20\S+ \S+; timeline 2 begins\.\n$", done.stderr)
    serving = here.db.serve()
    until(lambda: here.db.is_primary)
    assert here.db.messages == wanted
    here.db.post("life goes on")
    archived(here)
    serving.stop()

    done = here.db.run("restore", TARGET=later, PGBACKREST_TARGET_TIMELINE="1")
    assert re.search(r"timeline 3 begins\.\n$", done.stderr), "the moment lies on the history that was left"
    here.db.serve()
    until(lambda: here.db.is_primary)
    assert here.db.messages == wanted_later


def test_a_lost_volume_does_not_become_an_empty_site_and_comes_back_to_the_last_segment_that_left(here: Place) -> None:
    _, serving = backed_up(here)
    here.db.post("kept")
    archived(here)
    wanted = here.db.messages
    serving.stop(signal.SIGKILL)
    here.db.data.rename(here.folder / "lost")

    refused = here.db.serve()
    until(lambda: refused.process.poll() is not None)
    assert refused.process.returncode == 1
    assert "the repository holds a backup of it: promote the standby, or restore" in refused.said
    assert not here.db.data.exists()

    done = here.db.run("restore")
    assert done.returncode == 0, done.stderr
    here.db.serve()
    until(lambda: here.db.is_primary)
    assert here.db.messages == wanted


def test_a_founder_waits_for_the_repository_before_it_makes_anything(here: Place) -> None:
    serving = here.db.serve()
    until(lambda: "Waiting for the repository, which knows whether there ever was" in serving.said)
    assert not here.db.data.exists()
    here.repository()
    until(lambda: here.db.is_primary)


def test_the_standby_follows_again_after_a_restore_into_the_past(here: Place) -> None:
    _, serving = backed_up(here)
    here.standby.agent()
    standby = here.standby.serve()
    until(here.db.waits_for_the_standby)
    here.db.post("before")
    moment, wanted = here.db.ask("SELECT clock_timestamp()"), here.db.messages
    time.sleep(0.1)
    here.db.post("taken back")
    archived(here)
    standby.stop()
    serving.stop()
    assert here.db.run("restore", TARGET=moment).returncode == 0
    here.db.serve()
    until(lambda: here.db.is_primary)
    here.standby.serve()
    until(here.db.waits_for_the_standby)
    here.db.post("after")
    until(lambda: here.standby.messages == here.db.messages != wanted)


def test_the_repository_holds_nothing_that_can_be_read_and_no_log_either(here: Place) -> None:
    backed_up(here, BASE_SECONDS="3", FULL_SECONDS="3")
    here.db.post(CANARY)
    first = here.metrics["base"]
    archived(here)
    until(lambda: here.metrics["base"] > first)
    here.db.as_superuser("CHECKPOINT")
    found = content(path for path in here.folder.rglob("*") if not path.is_relative_to(here.folder / "secrets"))
    holding = {path for path in found if CANARY.encode() in found[path]}
    assert holding, "the data itself holds it: the search can find"
    assert all(path.is_relative_to(here.db.data) for path in holding)
    secret = [path for path in found if PASSWORDS["backup_passphrase"].encode() in found[path]]
    assert [path.name for path in secret] == ["passphrase.conf"]


def content(paths: Iterable[Path]) -> dict[Path, bytes]:
    """Of each that is a file. The servers are at work: what is gone when it is its turn, a lock say, holds nothing."""
    found = {}
    for path in paths:
        if path.is_file():
            with suppress(FileNotFoundError):
                found[path] = path.read_bytes()
    return found


def test_a_backup_that_is_older_than_what_is_kept_goes_with_its_log(here: Place) -> None:
    kept = {"PGBACKREST_REPO1_RETENTION_FULL_TYPE": "count", "PGBACKREST_REPO1_RETENTION_FULL": "1"}
    backed_up(here, BASE_SECONDS="4", FULL_SECONDS="4", **kept)
    folder = here.backups / "backup" / "minitwit"

    def fulls() -> list[str]:
        return sorted(path.name for path in folder.glob("*F") if (path / "backup.manifest").exists())

    first = fulls()
    assert len(first) == 1
    segments = set(here.backups.glob("archive/minitwit/*/*/*"))
    until(lambda: fulls() and fulls()[0] > first[0])
    until(lambda: first[0] not in fulls())
    until(lambda: not segments <= set(here.backups.glob("archive/minitwit/*/*/*")))


def test_a_dead_repository_neither_stops_writes_nor_fills_the_disk_and_a_new_base_follows(here: Place) -> None:
    here.bound = "40MiB"
    repository, _ = backed_up(here)
    base, wal = here.metrics["base"], here.metrics["wal"]
    repository.stop()
    for number in range(8):
        here.db.post(f"alone {number}")
        here.db.as_superuser("SELECT pg_switch_wal()")
    until(lambda: waiting(here) * 16 <= 48)
    assert here.db.as_superuser("SELECT last_archived_wal FROM pg_stat_archiver")
    assert here.metrics == {"base": base, "wal": wal}, "nobody claims what is not so"
    here.repository()
    until(lambda: here.metrics["wal"] > wal and here.metrics["base"] > base)


def waiting(here: Place) -> int:
    """Segments that have not left."""
    return len(list((here.db.data / "pg_wal" / "archive_status").glob("*.ready")))


def test_a_copy_is_a_server_of_its_own_to_try_a_migration_on(here: Place) -> None:
    backed_up(here)
    before = here.db.messages
    copy = here.copy()
    until(lambda: copy.is_primary)
    copy.tell("ALTER TABLE messages ADD COLUMN tried text")
    copy.post("on the copy")
    assert copy.as_superuser("SHOW archive_mode") == "off"
    assert here.db.messages == before
