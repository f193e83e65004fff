"""Logs: one event, one line; ECS' names; nothing a client sent, not in a traceback either."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from core import logs

SECRET = "hunter2-canary"


@pytest.fixture
def written(all_events: io.StringIO) -> Iterator[io.StringIO]:
    """What is written by a process of its own settings; afterwards all events go where they went before."""
    stream = io.StringIO()
    logs.set_up("here", form="json", level="INFO", to=stream, patient=False)
    yield stream
    logs.set_up("tests", form="json", level="DEBUG", to=all_events, patient=False)


def only(written: io.StringIO) -> dict[str, object]:
    (line,) = written.getvalue().splitlines()
    event: dict[str, object] = json.loads(line)
    return event


def test_an_event_is_one_object_with_ecs_names(written: io.StringIO) -> None:
    logs.event("GET /public 200", http__request__method="GET", user__id=None)
    event = only(written)
    assert event["message"] == "GET /public 200"
    assert event["service.name"] == "here"
    assert event["log.level"] == "info"
    assert event["http.request.method"] == "GET"
    assert "user.id" not in event, "what is not known is not there"
    assert str(event["@timestamp"]).endswith("Z")


def test_every_event_of_a_request_carries_its_id(written: io.StringIO) -> None:
    token = logs.trace_id.set("0123456789abcdef")
    logging.getLogger("some.library").warning("hello")
    logs.trace_id.reset(token)
    assert only(written)["trace.id"] == "0123456789abcdef"


def test_the_standard_librarys_loggers_end_in_the_same_place(written: io.StringIO) -> None:
    logging.getLogger("some.library").warning("disk %s", "full")
    assert (only(written)["message"], only(written)["log.logger"]) == ("disk full", "some.library")


def test_a_traceback_shows_type_and_place_but_neither_values_nor_foreign_words(written: io.StringIO) -> None:
    password = SECRET
    try:
        try:
            int(password)
        except ValueError as error:
            raise KeyError(password) from error
    except KeyError as error:
        logs.event("it broke", level="ERROR", exception=error)
    event = only(written)
    assert event["error.type"] == "KeyError"
    assert "test_logs.py" in str(event["error.stack_trace"])
    assert "builtins.ValueError" in str(event["error.stack_trace"])
    assert SECRET not in written.getvalue()


def test_the_words_of_our_own_exceptions_are_kept(written: io.StringIO) -> None:
    logs.event("it broke", level="ERROR", exception=logs.Speakable("users/register: UniqueViolation 23505"))
    assert only(written)["error.message"] == "users/register: UniqueViolation 23505"


def test_a_library_that_logs_an_exception_is_treated_alike(written: io.StringIO) -> None:
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("some.library").exception("it broke")
    assert only(written)["error.type"] == "ValueError"
    assert SECRET not in written.getvalue()


def test_braces_and_line_breaks_in_a_message_stay_what_they_are(written: io.StringIO) -> None:
    logs.event("GET /{username} {0} %s\nforged \ud800 \u2028")
    assert only(written)["message"] == "GET /{username} {0} %s\nforged \ud800 \u2028"


def test_on_a_terminal_an_event_is_a_readable_line_that_no_name_can_forge(all_events: io.StringIO) -> None:
    stream = io.StringIO()
    logs.set_up("here", form="lines", level="INFO", to=stream, patient=False)
    logs.event("GET /public 200", user__id="7\n12:00:00 ERROR forged")
    logs.event("hidden", level="DEBUG")
    logs.set_up("tests", form="json", level="DEBUG", to=all_events, patient=False)
    (line,) = stream.getvalue().splitlines()
    assert "INFO    GET /public 200  user.id=7\\n12:00:00 ERROR forged" in line
