"""Finds the primary among the hosts of DATABASE_URL, which may be down, silent, standbys, or without a name just now.

asyncpg goes through such a list, too, but with one time limit for all of it: a host that drops packets uses it up.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from core import logs
from core.logs import Speakable

TOGETHER = 1.8
"""Seconds in which all hosts of a list have been asked: fewer than a request waits for a connection."""

COMMAND = 10.0
"""Seconds that the only host of a URL gets to answer a command."""

_ASK_ANOTHER = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.TargetServerAttributeNotMatched)
"""However a host fails, another one may do; a name that is not known at the moment is an `OSError`, too."""


class NoPrimary(OSError, Speakable):
    """No host can be used. Its words say why of each, for the operator."""


class BadAddress(ValueError):
    """The URL cannot be read: a sentence that says why."""


class Hosts:
    """Those of one URL. The one that was used last is asked first: the others may be dead for hours."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        account, at, hosts = place.netloc.rpartition("@")
        if not at and "@" in url:
            raise BadAddress(
                "DATABASE_URL holds a password with a /, ? or # in it, which has to be written %2F, %3F or %23"
            )
        self.urls = {host: place._replace(netloc=f"{account}{at}{host}").geturl() for host in hosts.split(",")}
        self.used = ""
        self.moved: Callable[[], Awaitable[None]] | None = None
        """Called when another host is used than before: whoever still waits for the old one need not."""

    async def connect(self, *_: Any, **how: Any) -> Any:
        """A connection, made as `how` says in the words of `asyncpg.connect`, `timeout` among them; a pool calls it so.
        Raises `NoPrimary`."""
        if len(self.urls) > 1:
            how["timeout"] = min(how["timeout"], TOGETHER / len(self.urls))
        said = []
        for host in sorted(self.urls, key=lambda host: host != self.used):
            try:
                connection = await asyncpg.connect(self.urls[host], **how)
            except _ASK_ANOTHER as error:
                said.append(f"{host}: {_reason(error)}")
            else:
                await self._note(host)
                return connection
        raise NoPrimary(", ".join(said))

    async def _note(self, host: str) -> None:
        before, self.used = self.used, host
        if before not in {"", host}:
            logs.event(f"The primary is {host} now; before it was {before}", level="WARNING")
            if self.moved:
                await self.moved()


async def connect(url: str, **how: Any) -> Any:
    """A connection for a command, with what `asyncpg.connect` takes."""
    return await Hosts(url).connect(timeout=COMMAND, **how)


def _reason(error: Exception) -> str:
    if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
        return "not what target_session_attrs asks for"
    return type(error).__name__
