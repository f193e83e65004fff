"""One event, one line: an ECS-shaped JSON object, or readable text on a terminal.

The standard library's loggers end here too. Of a foreign exception only the type and the stack are written, because its
words may quote the input that it choked on.
"""

import asyncio
import atexit
import json
import logging
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, TextIO

import msgspec
from loguru import logger

ECS_VERSION = "8.11.0"
"""The version of the Elastic Common Schema whose field names these lines use."""

trace_id: ContextVar[str] = ContextVar("trace_id", default="")
"""The request that the current task works for; every line written meanwhile carries it."""


class Speakable(Exception):
    """An exception of our own whose words are safe to log: they never quote what a client sent."""


_LEVELS = {name: getattr(logging, name) for name in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")}


class _Lines:
    """Finished lines on their way to loguru, in company: carrying each alone costs more than making it.

    A line waits for at most 50 ms; not at all when it is urgent, or when no event loop runs that could send it later.
    """

    def __init__(self) -> None:
        self.service = ""
        self.lowest = logging.INFO
        self.written: Callable[[dict[str, Any]], str] = str
        self.patient = True
        self._waiting: list[str] = []
        self._carrier = logger.opt(raw=True, capture=False)
        atexit.register(self.send)

    def add(self, fields: dict[str, Any], level: int) -> None:
        """One more line."""
        self._waiting.append(self.written(fields) + "\n")
        if level >= logging.WARNING or not self.patient:
            self.send()
        elif len(self._waiting) == 1:
            try:
                asyncio.get_running_loop().call_later(0.05, self.send)
            except RuntimeError:
                self.send()

    def send(self) -> None:
        """All that wait, in their order."""
        if self._waiting:
            lines, self._waiting = "".join(self._waiting), []
            self._carrier.critical(lines)  # each line has its own level in it, and was let through by that


_lines = _Lines()


def set_up(
    service: str,
    *,
    form: Literal["auto", "json", "lines"],
    level: str,
    to: TextIO | None = None,
    patient: bool = True,
) -> None:
    """Send all events of this process to `to` (standard output unless given), in company unless not `patient`."""
    stream = sys.stdout if to is None else to
    readable = stream.isatty() if form == "auto" else form == "lines"

    def write(message: str) -> None:
        with suppress(BrokenPipeError):  # whoever read the log is gone
            stream.write(message)
            stream.flush()

    _lines.send()
    _lines.service, _lines.lowest, _lines.patient = service, _LEVELS[level], patient
    _lines.written = line if readable else json_line
    logger.remove()
    # diagnose would print local variables, passwords among them; backtrace repeats frames
    logger.add(write, format="{message}\n", diagnose=False, backtrace=False)
    logging.basicConfig(handlers=[_Adopted()], level=level, force=True)


def event(words: str, *, level: str = "INFO", exception: BaseException | None = None, **fields: Any) -> None:
    """Log one event. `fields` are ECS names with `__` for the dot: `event__outcome="failure"`; `None` is left out."""
    if _LEVELS[level] < _lines.lowest:
        return
    shown = {
        "@timestamp": datetime.now(UTC).isoformat(timespec="milliseconds")[:23] + "Z",
        "log.level": level.lower(),
        "message": words,
        "ecs.version": ECS_VERSION,
        "service.name": _lines.service,
    }
    if trace := trace_id.get():
        shown["trace.id"] = trace
    for name, value in fields.items():
        if value is not None:
            shown[_dotted(name)] = value
    if exception is not None:
        shown |= error_fields(exception)
    _lines.add(shown, _LEVELS[level])


@cache
def _dotted(name: str) -> str:
    return name.replace("__", ".")


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


def json_line(fields: dict[str, Any]) -> str:
    """The event as JSON. Half a surrogate pair, which UTF-8 cannot hold, is escaped by the slower of two encoders."""
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
        shown.pop(name, None)
    rest = " ".join(f"{name}={value}" for name, value in shown.items())
    return _printable(f"{begin}  {rest}".rstrip()) + (f"\n{stack}" if stack else "")


def _printable(text: str) -> str:
    """Control characters made visible, so that no name can forge a line."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


class _Adopted(logging.Handler):
    """Hands the events of the standard library's loggers on."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        level = record.levelname if record.levelname in _LEVELS else "INFO"  # a library's own level
        event(record.getMessage(), level=level, exception=error, log__logger=record.name)
