"""reload: what was edited goes live all at once, or not at all; the log and the metrics say which, and why."""

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core import metrics
from core.settings import Settings
from db import Database, NotReady, open_database, timelines
from db.queries import SQL_FOLDER, load
from db.reload import reload, reloading, version
from db.tool.reload import ask
from tests import given
from tests.conftest import Events


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of db/sql, to edit."""
    return Path(shutil.copytree(SQL_FOLDER, tmp_path / "sql"))


@pytest.fixture
async def door(db: Database, folder: Path) -> Database:
    """What a door that reads this folder runs its queries by."""
    return Database(db.pool, load(folder))


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.sql"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def one_message(folder: Path) -> None:
    """A good edit of the public timeline, which everyone can see."""
    edit(folder, "timelines/public", "LIMIT :limit", "LIMIT least(:limit, 1)")


def said(events: Events) -> list[tuple[str, str]]:
    return [(event["log.level"], event["message"]) for event in events.all]


async def test_an_edited_query_goes_live_and_is_named(door: Database, folder: Path, events: Events) -> None:
    await given.cast(door)
    one_message(folder)
    assert len(await timelines.public(door, limit=30)) == 2
    assert await reload(door, folder) == "swapped"
    assert len(await timelines.public(door, limit=30)) == 1
    assert said(events) == [("info", "Reloaded timelines/public")]


async def test_of_two_edits_none_goes_live_when_one_does_not_fit(door: Database, folder: Path, events: Events) -> None:
    before = door.queries
    one_message(folder)
    edit(folder, "users/profile", "c.messages", "c.messages AS posts")
    assert await reload(door, folder) == "refused"
    assert door.queries is before
    ((level, words),) = said(events)
    assert level == "error"
    assert words.startswith("Reload refused, the queries in force stay: db/sql/users/profile.sql:")
    assert "returns (user_id, username, posts," in words
    edit(folder, "users/profile", "c.messages AS posts", "c.messages")
    assert await reload(door, folder) == "swapped"


async def test_every_mistake_is_told_at_once(door: Database, folder: Path, events: Events) -> None:
    edit(folder, "timelines/public", "m.content", "m.contents")
    edit(folder, "messages/hide", ":message_id", ":number")
    assert await reload(door, folder) == "refused"
    places = {words.split(": ")[1].partition(":")[0] for _, words in said(events)}
    assert places == {"db/sql/timelines/public.sql", "db/sql/messages/hide.sql"}


async def test_a_file_that_ends_too_early_is_refused_though_postgresql_would_take_it(
    door: Database, folder: Path, events: Events
) -> None:
    path = folder / "timelines" / "by_author.sql"
    path.write_text(path.read_text().rpartition("ORDER BY")[0])
    assert await reload(door, folder) == "refused"
    assert "does not end with its statement: end the file with ;" in events.text


async def test_a_query_that_is_gone_is_refused(door: Database, folder: Path, events: Events) -> None:
    (folder / "users" / "profile.sql").unlink()
    assert await reload(door, folder) == "refused"
    assert "db/sql/users/profile.sql:1: is gone, and db/users.py needs it" in events.text


async def test_a_query_that_python_does_not_know_is_refused(door: Database, folder: Path, events: Events) -> None:
    (folder / "users" / "loudest.sql").write_text("SELECT /* users/loudest */ 1 AS one;\n")
    assert await reload(door, folder) == "refused"
    assert "db/sql/users/loudest.sql:1: db/users.py has no function loudest" in events.text


async def test_a_file_that_cannot_be_read_is_refused(door: Database, folder: Path, events: Events) -> None:
    (folder / "users" / "profile.sql").write_bytes(b"-- caf\xe9\n")
    assert await reload(door, folder) == "refused"
    assert "db/sql/users/profile.sql:1: cannot be read (UnicodeDecodeError)" in events.text


async def test_while_all_connections_are_in_use_it_is_refused_and_said_why(
    settings: Settings, folder: Path, events: Events
) -> None:
    one = replace(settings, database_pool_min=1, database_pool_max=1)
    async with open_database(one, service="tests") as full:
        one_message(folder)
        async with full.pool.acquire():
            assert await reload(full, folder) == "refused"
        assert "PostgreSQL does not answer, or no connection was free in time" in events.text
        assert await reload(full, folder) == "swapped"


async def test_a_database_that_has_gone_away_is_a_reason_to_refuse(
    settings: Settings, folder: Path, events: Events
) -> None:
    async with open_database(settings, service="tests") as closed:
        pass
    one_message(folder)
    assert await reload(closed, folder) == "refused"
    assert "the queries in force stay: PostgreSQL does not answer, or no connection was free in time" in events.text


async def test_a_file_that_the_check_itself_stumbles_over_is_refused(
    door: Database, folder: Path, events: Events
) -> None:
    edit(folder, "timelines/public", "LIMIT :limit", "LIMIT $2")
    assert await reload(door, folder) == "refused"
    assert "the queries in force stay: the files could not be checked (ValueError)" in events.text
    assert "error.stack_trace" in events.text


async def test_only_what_postgresql_sees_counts_as_a_change(door: Database, folder: Path, events: Events) -> None:
    edit(folder, "timelines/public", "-- The newest messages", "-- The very newest messages")
    before = version(door.queries)
    assert await reload(door, folder) == "unchanged"
    assert said(events) == [("info", "Reloaded nothing: no statement has changed")]
    assert version(load(folder)) == before
    one_message(folder)
    assert version(load(folder)) != before


async def test_a_budget_that_was_changed_is_told_though_no_statement_was(door: Database, folder: Path) -> None:
    edit(folder, "timelines/public", "-- Budget: 120 buffers.", "-- Budget: 130 buffers.")
    assert await reload(door, folder) == "unchanged"
    assert metric('db_query_budget_buffers{query="timelines/public"}') == "130"


def metric(name: str) -> str:
    return next(line for line in metrics.page().decode().splitlines() if line.startswith(name)).split()[-1]


async def until(seen: str, events: Events) -> None:
    for _ in range(300):
        if seen in events.text:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{seen} was never logged")


async def test_all_who_ask_at_the_same_moment_share_one_reload(
    door: Database, settings: Settings, folder: Path, events: Events
) -> None:
    async with reloading(door, settings, folder) as ask_for_it:
        one_message(folder)
        for _ in range(3):
            ask_for_it()
        await until("Reloaded timelines/public", events)
        ask_for_it()
        await until("Reloaded nothing", events)
    assert [words for _, words in said(events)] == [
        "Reloaded timelines/public",
        "Reloaded nothing: no statement has changed",
    ]


async def test_prometheus_sees_which_text_is_in_force(
    door: Database, settings: Settings, folder: Path, events: Events
) -> None:
    async with reloading(door, settings, folder) as ask_for_it:
        first, since = version(door.queries), float(metric("db_queries_loaded_timestamp_seconds "))
        assert metric(f'db_query_files{{hash="{first}"}}') == str(len(door.queries))
        swapped = float(metric('db_query_reloads_total{result="swapped"}'))
        one_message(folder)
        ask_for_it()
        await until("Reloaded timelines/public", events)
    assert metric(f'db_query_files{{hash="{version(load(folder))}"}}') == str(len(door.queries))
    assert f'hash="{first}"' not in metrics.page().decode()
    assert float(metric('db_query_reloads_total{result="swapped"}')) == swapped + 1
    assert float(metric("db_queries_loaded_timestamp_seconds ")) > since


async def test_a_folder_that_cannot_be_watched_is_said_and_the_door_goes_on(
    door: Database, settings: Settings, folder: Path, events: Events
) -> None:
    watching = replace(settings, watch_sql=True)
    async with reloading(door, watching, folder / "nowhere"):
        await until("db/sql is not watched any more; SIGHUP still reloads it", events)
        assert await timelines.public(door, limit=1) == []


@contextmanager
def process(*words: str) -> Iterator[int]:
    """A process that has these words in its command line and would be ended by SIGHUP, which is not what ends it."""
    command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as started:
        try:
            assert started.stdout is not None
            started.stdout.readline()
            yield started.pid
        finally:
            started.kill()
    assert started.returncode == -signal.SIGKILL


def test_a_door_that_does_not_listen_yet_is_left_alive() -> None:
    with (
        process("-m", "web_aiohttp") as pid,
        pytest.raises(NotReady, match=f"The site, process {pid}, does not listen"),
    ):
        ask(pid)


def test_a_process_that_is_no_door_is_not_asked() -> None:
    """To `make run` the signal means stop."""
    with process("-m", "local") as pid, pytest.raises(NotReady, match=f"Process {pid} is no door"):
        ask(pid)


def test_a_process_that_is_not_there_is_said() -> None:
    with subprocess.Popen(["true"]) as process:
        pass
    with pytest.raises(NotReady, match=f"Process {process.pid} cannot be asked: No such file or directory"):
        ask(process.pid)
