"""The data outlives a machine, and a mistake."""

import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local.rehearse.outside import Played
from local.rehearse.stage import Stage, told

MARKS = Path(__file__).with_name("marks.sql")
"""Prints the last word of every message: those of the players are marks."""

AS_IT_IS_SET_UP = (
    "PGBACKREST_STANZA=minitwit PGBACKREST_CONFIG=/etc/postgresql/pgbackrest/repository.conf"
    " PGBACKREST_CONFIG_INCLUDE_PATH=/tmp/pgbackrest.d"
)

ON_THE_MANAGER = "/srv/minitwit/current/deploy"


def the_primary_is_lost(stage: Stage) -> None:
    """Its machine loses its power under load; one command makes the standby the primary. Then the machine is back."""
    database = stage.machines["database"]
    _standby_follows(stage)
    before = doors(stage)
    with stage.playing() as played:
        began = time.time()
        database.kill()
        said = stage.machines["manager"].run("sh", f"{ON_THE_MANAGER}/promote", "standby", timeout=180)
        promoted = time.time()
        stage.until("messages are taken again", lambda: _writes(played, promoted), 30)
        time.sleep(3)
        last = max((each["at"] for each in played.failed(began)), default=began)
        writes = min(each["at"] + each["seconds"] for each in _good(played, last))
        words = told(played, began)
    missing, doubled = _compared(stage, "standby", played)
    stage.show(
        "the primary's machine is lost under load, the standby promoted by one command",
        f"writing again {writes - began:.1f} s after the power cut; the command ended after {promoted - began:.1f} s;"
        f" {missing} acknowledged messages missing, {doubled} doubled; no door was started again; meanwhile {words}",
        good=doors(stage) == before
        and missing == doubled == 0
        and writes - promoted < 15
        and "standby is the primary" in said,
    )
    database.start()
    seconds = stage.until("the old primary follows the new one", lambda: follows(stage, "db", of="standby"), 180)
    stage.show("the old primary comes back as the standby by itself", f"after {seconds:.0f} s", good=True)


def back_to_where_it_was(stage: Stage) -> None:
    """The same command the other way, with both servers well: nobody loses anything."""
    with stage.playing() as played:
        began = time.time()
        said = stage.machines["manager"].run("sh", f"{ON_THE_MANAGER}/promote", "db", timeout=180)
        stage.until("messages are taken again", lambda: _writes(played, time.time() - 2), 30)
        time.sleep(2)
        words = told(played, began)
    missing, doubled = _compared(stage, "db", played)
    good = missing == doubled == 0 and "db is the primary" in said
    stage.show(
        "the primary moved back on purpose", f"{missing} messages missing, {doubled} doubled; {words}", good=good
    )
    stage.until("the standby follows again", lambda: follows(stage, "standby", of="db"), 180)


def a_point_in_time(stage: Stage) -> None:
    """What was acknowledged by then is there, and nothing of later."""
    stage.until("there is a base backup", lambda: has_a_backup(stage), 240)
    with stage.playing() as before:
        stage.until("there are messages", lambda: len(before.acknowledged()) > 100, 60)
    wanted = marks(stage, "db")
    time.sleep(1.5)
    target = stage.inside("db", "date", "--utc", "+%Y-%m-%d %H:%M:%S.%3N+00")
    time.sleep(1.5)
    with stage.playing() as after:
        stage.until("there are more", lambda: len(after.acknowledged()) > 100, 60)
    began = time.time()
    said = stage.machines["manager"].run("sh", f"{ON_THE_MANAGER}/restore", target, timeout=300)
    stage.until("db answers", lambda: bool(marks(stage, "db")), 60)
    seconds = time.time() - began
    found = marks(stage, "db")
    with stage.playing() as again:
        stage.until("messages are taken again", lambda: len(again.acknowledged()) > 20, 60)
    stage.show(
        "the data brought back as it was at a point in time",
        f"{len(found)} of {len(wanted)} messages, and {len(set(found) & after.acknowledged())} of the"
        f" {len(after.acknowledged())} that were written later; {seconds:.0f} s until it answered",
        good=sorted(found) == sorted(wanted) and before.acknowledged() <= set(found) and "Restored" in said,
    )
    stage.until("the standby follows again", lambda: follows(stage, "standby", of="db"), 180)


def doors(stage: Stage) -> list[tuple[str, str]]:
    """Where each replica runs, and as which task."""
    return sorted(stage.tasks("web") + stage.tasks("api"))


def _psql(stage: Stage, service: str, *words: str, given: str = "") -> str:
    return stage.inside(service, "psql", "-XAtq", "-U", "postgres", "-d", "minitwit", *words, given=given)


def marks(stage: Stage, service: str) -> list[str]:
    return [word for word in _psql(stage, service, given=MARKS.read_text("utf-8")).split() if word.startswith("#")]


def _compared(stage: Stage, service: str, played: Played) -> tuple[int, int]:
    """How many of the acknowledged messages are missing there, and how many are there twice."""
    found = marks(stage, service)
    return len(played.acknowledged() - set(found)), len(found) - len(set(found))


def _good(played: Played, since: float) -> list[dict[str, Any]]:
    return [each for each in played.actions(since) if each["outcome"] == HTTPStatus.NO_CONTENT]


def _writes(played: Played, since: float) -> bool:
    """Not by chance."""
    return len([each for each in _good(played, since) if each["command"] == "tweet"]) > 5


def follows(stage: Stage, service: str, *, of: str) -> bool:
    """Whether this one streams from that one, and commits wait for it."""
    waiting = Path(__file__).with_name("followers.sql").read_text("utf-8")
    return service in _psql(stage, of, given=waiting).split()


def _standby_follows(stage: Stage) -> None:
    stage.until("the standby follows", lambda: follows(stage, "standby", of="db"), 60)


def has_a_backup(stage: Stage) -> bool:
    """Whether a base backup has been made."""
    return " backup: " in stage.inside("repository", "sh", "-c", f"{AS_IT_IS_SET_UP} pgbackrest info")
