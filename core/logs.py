"""One event, one line: an ECS-shaped JSON object, or readable text on a terminal.

The standard library's loggers end here too. Of a foreign exception only the type and the stack are written, because its
words may quote the input that it choked on.
"""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC
from typing import TYPE_CHECKING, Any, Literal, TextIO

import msgspec
from loguru import logger

if TYPE_CHECKING:
    from loguru import Message

ECS_VERSION = "8.11.0"
"""The version of the Elastic Common Schema whose field names these lines use."""

trace_id: ContextVar[str] = ContextVar("trace_id", default="")
"""The request that the current task works for; every line written meanwhile carries it."""


class Speakable(Exception):
    """An exception of our own whose words are safe to log: they never quote what a client sent."""


def set_up(service: str, *, form: Literal["auto", "json", "lines"], level: str, to: TextIO | None = None) -> None:
    """Send all events of this process to `to` (standard output unless given)."""
    stream = sys.stdout if to is None else to
    readable = stream.isatty() if form == "auto" else form == "lines"

    def write(message: "Message") -> None:
        fields = ecs(message, service)
        stream.write((line(fields) if readable else _json(fields)) + "\n")
        stream.flush()

    logger.remove()
    # diagnose would print local variables, passwords among them; backtrace repeats frames
    logger.add(write, level=level, format="{message}", diagnose=False, backtrace=False)
    logging.basicConfig(handlers=[_Adopted()], level=level, force=True)


def event(words: str, *, level: str = "INFO", exception: BaseException | None = None, **fields: Any) -> None:
    """Log one event. `fields` are ECS names with `__` for the dot: `event__outcome="failure"`."""
    # loguru puts keyword arguments into the record's extra; bind() would make a logger for each event
    (logger.opt(exception=exception) if exception else logger).log(level, "{}", words, **fields)


def ecs(message: "Message", service: str) -> dict[str, Any]:
    """The event as a flat object with ECS' dotted names."""
    record = message.record
    fields: dict[str, Any] = {
        "@timestamp": record["time"].astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "log.level": record["level"].name.lower(),
        "message": record["message"],
        "ecs.version": ECS_VERSION,
        "service.name": service,
        "log.logger": record["extra"].get("log__logger", record["name"]),
    }
    if trace := trace_id.get():
        fields["trace.id"] = trace
    for name, value in record["extra"].items():
        if value is not None:
            fields[name.replace("__", ".")] = value
    if record["exception"] is not None and record["exception"].value is not None:
        fields |= error_fields(record["exception"].value)
    return fields


def error_fields(error: BaseException) -> dict[str, str]:
    """Type, stack and, for an exception of ours, its words. Causes come first, as Python prints them."""
    stack: list[str] = []
    link: BaseException | None = error
    while link is not None:
        kind = type(link)
        frames = "".join(traceback.format_tb(link.__traceback__))
        stack.insert(0, f"{frames}{kind.__module__}.{kind.__qualname__}")
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    fields = {"error.type": type(error).__qualname__, "error.stack_trace": "\n\n".join(stack)}
    if isinstance(error, Speakable):
        fields["error.message"] = str(error)
    return fields


def _json(fields: dict[str, Any]) -> str:
    """One line of JSON. Half a surrogate pair, which UTF-8 cannot hold, is escaped by the slower of two encoders."""
    try:
        return msgspec.json.encode(fields).decode()
    except UnicodeEncodeError:
        return json.dumps(fields)


def line(fields: dict[str, Any]) -> str:
    """The event for a person: time, level, words, then whatever else it says; a stack on lines of its own."""
    shown = dict(fields)
    stack = shown.pop("error.stack_trace", "")
    begin = f"{shown.pop('@timestamp')[11:23]} {shown.pop('log.level').upper():7} {shown.pop('message')!s}"
    for name in ("ecs.version", "log.logger", "service.name"):
        shown.pop(name)
    rest = " ".join(f"{name}={value}" for name, value in shown.items())
    return _printable(f"{begin}  {rest}".rstrip()) + (f"\n{stack}" if stack else "")


def _printable(text: str) -> str:
    """Control characters made visible, so that no name can forge a line."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


class _Adopted(logging.Handler):
    """Hands the events of the standard library's loggers on."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        level = record.levelname if record.levelname in _LEVELS else "INFO"
        event(record.getMessage(), level=level, exception=error, log__logger=record.name)


_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
