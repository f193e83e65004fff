"""Hash and verify passwords: argon2id, off the event loop, never more at a time than the settings allow.

Hashes that Werkzeug or Django made are recognised; whoever signs in with one gets a new one.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from nacl import exceptions
from nacl.pwhash import argon2id

from core import metrics

PASSES, MEMORY = 5, 7 * 1024 * 1024
"""Of OWASP's equally strong minimums for argon2id (Password Storage Cheat Sheet) the one that takes the least memory,
bytes, and here the least time: about 10 ms."""

_OURS = f"$argon2id$v=19$m={MEMORY // 1024},t={PASSES},p=1$"
"""How a hash with these parameters begins."""

Result = TypeVar("Result")


class Passwords:
    """`threads` new hashes at a time and as many verifications, 7 MiB each; whoever comes later waits in line.

    There are two lines, so that nobody who registers waits behind somebody who guesses.
    """

    def __init__(self, threads: int) -> None:
        self._hashing = ThreadPoolExecutor(threads, thread_name_prefix="password-hash")
        self._verifying = ThreadPoolExecutor(threads, thread_name_prefix="password-verify")

    async def hash(self, password: str) -> str:
        """A new hash of this password, its salt and parameters inside."""
        return await self._run(self._hashing, hash, password)

    async def matches(self, password: str, stored: str) -> bool:
        """Is this the password that `stored` was made of? A hash of an unknown kind matches nothing."""
        return await self._run(self._verifying, matches, password, stored)

    async def _run(self, threads: ThreadPoolExecutor, work: Callable[..., Result], *arguments: str) -> Result:
        started = time.perf_counter()
        metrics.passwords_waiting.add(1)
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, work, *arguments)
        finally:
            metrics.passwords_waiting.add(-1)
            metrics.password_duration.observe(time.perf_counter() - started, work.__name__)

    def close(self) -> None:
        for threads in (self._hashing, self._verifying):
            threads.shutdown(wait=False, cancel_futures=True)


def outdated(stored: str) -> bool:
    """Should whoever signs in with this hash get a new one?"""
    return not stored.startswith(_OURS)


def hash(password: str) -> str:  # noqa: A001 - read as passwords.hash
    """The work itself, some ten milliseconds of one core: `Passwords.hash` does it off the event loop."""
    return argon2id.str(password.encode(), opslimit=PASSES, memlimit=MEMORY).decode("ascii")


def matches(password: str, stored: str) -> bool:
    """The work itself, as long as that: `Passwords.matches` does it off the event loop."""
    kind = stored.removeprefix("$").replace(":", "$").split("$")[0]
    try:
        return _KINDS[kind](password, stored)
    except (KeyError, ValueError, exceptions.CryptoError, binascii.Error):
        return False


def _argon2(password: str, stored: str) -> bool:
    """`$argon2id$…`, ours, and Django's, which puts the word argon2 before it."""
    return argon2id.verify(stored.removeprefix("argon2").encode(), password.encode())


def _django_pbkdf2(password: str, stored: str) -> bool:
    """`pbkdf2_sha256$iterations$salt$base64`"""
    _, iterations, salt, digest = stored.split("$")
    made = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), int(iterations))
    return hmac.compare_digest(made, base64.b64decode(digest, validate=True))


def _django_scrypt(password: str, stored: str) -> bool:
    """`scrypt$n$salt$r$p$base64`"""
    _, n, salt, r, p, digest = stored.split("$")
    return hmac.compare_digest(_scrypt(password, salt, int(n), int(r), int(p)), base64.b64decode(digest, validate=True))


def _werkzeug_pbkdf2(password: str, stored: str) -> bool:
    """`pbkdf2:digest:iterations$salt$hex`"""
    method, salt, digest = stored.split("$")
    _, name, iterations = method.split(":")
    made = hashlib.pbkdf2_hmac(name, password.encode(), salt.encode(), int(iterations))
    return hmac.compare_digest(made, bytes.fromhex(digest))


def _werkzeug_scrypt(password: str, stored: str) -> bool:
    """`scrypt:n:r:p$salt$hex`"""
    method, salt, digest = stored.split("$")
    _, n, r, p = method.split(":")
    return hmac.compare_digest(_scrypt(password, salt, int(n), int(r), int(p)), bytes.fromhex(digest))


def _either_scrypt(password: str, stored: str) -> bool:
    return (_werkzeug_scrypt if stored.startswith("scrypt:") else _django_scrypt)(password, stored)


def _scrypt(password: str, salt: str, n: int, r: int, p: int) -> bytes:
    memory = 132 * n * r * p + 1024  # OpenSSL's own limit, 32 MiB, is below what both frameworks use
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=n, r=r, p=p, maxmem=memory, dklen=64)


_KINDS: dict[str, Callable[[str, str], bool]] = {
    "argon2id": _argon2,
    "argon2": _argon2,
    "pbkdf2": _werkzeug_pbkdf2,
    "pbkdf2_sha256": _django_pbkdf2,
    "scrypt": _either_scrypt,
}
