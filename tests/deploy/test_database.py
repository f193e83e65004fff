"""A primary and its standby: the scripts of deploy/postgres on a real PostgreSQL, killed, promoted and brought back."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.credentials import PASSWORDS
from tests.deploy.postgres import Place, place
from tests.deploy.processes import Running, until

pytestmark = pytest.mark.pgbackrest


@pytest.fixture
def here() -> Iterator[Place]:
    with place() as found:
        yield found


def founded(here: Place) -> Running:
    """The primary, alone and filled; the process that serves it."""
    here.repository()
    here.db.agent()
    serving = here.db.serve()
    until(lambda: here.db.is_primary)
    here.db.fill()
    return serving


def joined(here: Place) -> Running:
    """The standby, for which commits wait."""
    here.standby.agent()
    serving = here.standby.serve()
    until(here.db.waits_for_the_standby)
    return serving


def promoted(here: Place) -> str:
    done = here.run("promote", f"127.0.0.1:{here.standby.port}", f"127.0.0.1:{here.db.port}")
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_the_founder_makes_a_site_that_its_owner_can_migrate_without_being_superuser(here: Place) -> None:
    founded(here)  # applies db/roles.sql, and all of it
    assert here.db.ask("SHOW data_checksums") == "on"
    assert here.db.ask("SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = 'minitwit'") == "False"
    set_for_roles = here.db.ask("SELECT string_agg(s.setconfig::text, ' ') FROM pg_db_role_setting AS s")
    for parameter in ("log_min_messages=log", "auto_explain.log_min_duration=-1", "log_min_duration_statement=-1"):
        assert parameter in set_for_roles
    assert here.db.ask("SELECT pg_has_role('minitwit_metrics', 'pg_monitor', 'member')") == "True"
    reset = "SELECT bool_and(has_function_privilege('minitwit_dba', p.oid, 'execute')) FROM pg_proc AS p"
    assert here.db.ask(f"{reset} WHERE p.proname = 'pg_stat_statements_reset'") == "True"
    assert here.db.as_superuser("SELECT count(*) FROM pg_authid WHERE rolsuper AND rolpassword IS NOT NULL") == "0"


def test_the_standby_has_every_message_that_was_acknowledged_and_takes_none_itself(here: Place) -> None:
    founded(here)
    joined(here)
    for number in range(20):
        here.db.post(f"message {number}")
    until(lambda: here.standby.messages == here.db.messages)
    with pytest.raises(Exception, match="read-only"):
        here.standby.post("not here")


def test_a_killed_primary_is_replaced_without_a_loss_and_follows_when_it_comes_back(here: Place) -> None:
    primary = founded(here)
    joined(here)
    acknowledged = [here.db.post(f"message {number}") for number in range(50)]
    primary.stop(signal.SIGKILL)
    begun = time.monotonic()
    assert "is the primary and writes" in promoted(here)
    here.standby.post("after")
    assert time.monotonic() - begun < 15
    assert here.standby.ask(f"SELECT count(*) FROM messages WHERE message_id <= {acknowledged[-1]}") == "50"

    # In a container each server has the number 1, and whoever starts after it finds that this process lives.
    left = here.db.data / "postmaster.pid"
    left.write_text("\n".join([str(os.getpid()), *left.read_text().splitlines()[1:]]))
    primary = here.db.serve()
    until(lambda: here.db.is_standby)
    until(here.standby.waits_for_the_standby)
    here.standby.post("for both")
    until(lambda: here.db.messages == here.standby.messages)
    assert "Copying" not in primary.said


def test_what_a_killed_primary_wrote_for_nobody_is_taken_back(here: Place) -> None:
    primary = founded(here)
    standby = joined(here)
    standby.stop()
    until(lambda: not here.db.waits_for_the_standby())
    here.db.post("nobody else has this one")
    primary.stop(signal.SIGKILL)
    here.standby.serve()
    until(lambda: here.standby.is_standby)
    promoted(here)
    here.standby.post("of the new history")
    primary = here.db.serve()
    until(lambda: here.db.is_standby)
    until(lambda: here.db.messages == here.standby.messages)
    assert "was taken back: pg_rewind: Done!" in primary.said


def test_data_that_cannot_be_rewound_is_put_aside_and_copied_anew(here: Place) -> None:
    primary = founded(here)
    joined(here)
    primary.stop(signal.SIGKILL)
    promoted(here)
    here.standby.post("of the new history")
    (here.db.data / "global" / "pg_control").write_bytes(b"\0" * 8192)
    primary = here.db.serve()
    until(lambda: here.db.is_standby)
    until(lambda: here.db.messages == here.standby.messages)
    assert "could not be brought together" in primary.said
    assert (here.db.folder / "aside" / "PG_VERSION").exists()


def test_an_old_primary_does_not_go_on_while_the_promoted_one_cannot_be_asked(here: Place) -> None:
    primary = founded(here)
    standby = joined(here)
    primary.stop(signal.SIGKILL)
    promoted(here)
    here.standby.post("of the new history")
    until(lambda: here.standby.as_superuser("SELECT archived_count FROM pg_stat_archiver") != "0")
    standby.stop()
    primary = here.db.serve()
    until(lambda: "Another server was promoted after this one stopped" in primary.said)
    time.sleep(3)
    assert not here.db.is_primary
    here.standby.serve()
    until(lambda: here.db.is_standby)


def test_writes_go_on_while_the_standby_is_away_or_frozen_and_wait_for_it_again_afterwards(here: Place) -> None:
    founded(here)
    standby = joined(here)
    frozen = int((here.standby.data / "postmaster.pid").read_text().splitlines()[0])
    receiver = [frozen, *children(frozen)]
    for process in receiver:
        signal_to(process, signal.SIGSTOP)
    begun = time.monotonic()
    here.db.post("while it is frozen")
    waited = time.monotonic() - begun
    assert 0.5 < waited < 12
    for process in receiver:
        signal_to(process, signal.SIGCONT)
    until(here.db.waits_for_the_standby)
    standby.stop()
    begun = time.monotonic()
    here.db.post("while it is away")
    assert time.monotonic() - begun < 6
    here.standby.serve()
    until(here.db.waits_for_the_standby)
    until(lambda: here.standby.messages == here.db.messages)


def test_the_second_start_of_everything_changes_nothing(here: Place) -> None:
    primary = founded(here)
    standby = joined(here)
    here.db.post("stays")
    before = here.db.messages
    for running in (standby, primary):
        running.stop()
    primary, standby = here.db.serve(), here.standby.serve()
    until(lambda: here.db.is_primary and here.standby.is_standby)
    assert here.db.messages == here.standby.messages == before
    assert "new site" in primary.said
    assert primary.said.count("new site") == 1
    assert standby.said.count("Copying everything") == 1


def test_a_second_server_does_not_start_on_a_volume_and_nothing_is_restored_under_one(here: Place) -> None:
    founded(here)
    again = here.db.run("restore")
    assert again.returncode != 0
    assert "A server runs on this volume" in again.stderr


def test_a_primary_that_answers_is_not_replaced(here: Place) -> None:
    founded(here)
    joined(here)
    done = here.run("promote", f"127.0.0.1:{here.standby.port}", f"127.0.0.1:{here.db.port}")
    assert done.returncode != 0
    assert "still answers as the primary: stop it first" in done.stderr
    assert here.standby.is_standby


def test_no_password_is_in_a_log_or_a_command_line(here: Place) -> None:
    founded(here)
    joined(here)
    found = b"".join(path.read_bytes() for path in here.folder.rglob("*") if path.is_file() and "log" in str(path))
    found += b"".join(arguments_and_environments())
    assert b"minitwit" in found
    for password in PASSWORDS.values():
        assert password.encode() not in found


def children(of: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{of}/task/{of}/children").read_text().split()]


def signal_to(process: int, which: int) -> None:
    os.kill(process, which)


def arguments_and_environments() -> Iterator[bytes]:
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                yield (process / name).read_bytes()
            except OSError:
                continue
