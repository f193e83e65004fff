"""Who is asking, by HTTP Basic credentials: the operator's account, which may act for any user, or a user."""

import binascii
import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from core import logs, passwords
from core.passwords import Passwords
from core.settings import Settings
from db import Database, users
from db.pool import statements
from db.rows import Credentials

REFUSAL = "You are not authorized to use this resource!"

_GUARDED = re.compile(r"/(msgs|fllws)(/|\Z)")
"""Whatever the method, and whether or not there is a route: strangers do not learn it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A user, or the operator when both fields are `None`."""

    user_id: int | None = None
    username: str | None = None


OPERATOR = Caller()


class Guard:
    """Middleware: everything below /msgs and /fllws asks for good credentials first."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _GUARDED.match(scope["path"]):
            await sign_in(scope)
        await self.app(scope, receive, send)


async def sign_in(scope: Scope) -> None:
    """Puts the caller into the state of this request. Raises 403 when its credentials are no good."""
    doorkeeper: Doorkeeper = scope["state"]["doorkeeper"]
    pending = int("latest" in scope["state"])  # a call's number, whose storing may cost a statement
    caller = await doorkeeper.caller(scope["headers"], pending)
    if caller is None:
        raise HTTPException(403, REFUSAL)
    scope["state"]["caller"] = caller


def may_act(caller: Caller, username: str) -> None:
    """Raises 403 when the caller is another user than the one it wants to act for."""
    if caller.username not in {None, username}:
        raise HTTPException(403, REFUSAL)


class Doorkeeper:
    """Knows the operator's account, looks users up, and remembers for a while whom it has let in."""

    def __init__(self, settings: Settings, db: Database, hashing: Passwords) -> None:
        self._operator = f"{settings.simulator_username}:{settings.simulator_password}".encode()
        self._db = db
        self._hashing = hashing
        self._verified = Verified()

    async def caller(self, headers: Iterable[tuple[bytes, bytes]], pending: int) -> Caller | None:
        """Who signed a request with these headers, or `None` when nobody did, or nobody we know.

        `pending` is how many statements the request may need besides this and its own one.
        """
        pair = basic(headers)
        if pair is None:
            return None
        if hmac.compare_digest(pair, self._operator):
            return OPERATOR
        username, _, password = pair.decode().partition(":")
        user = await users.credentials(self._db, username=username)
        if user is None or not await self._is_theirs(password, user, pending):
            _refused(user)
            return None
        return Caller(user.user_id, user.username)

    async def _is_theirs(self, password: str, user: Credentials, pending: int) -> bool:
        stored = user.password_hash
        if self._verified.knows(stored, password):
            return True
        if not await self._hashing.matches(password, stored):
            return False
        # a better hash costs a statement: not when the request is going to need all of its three
        if passwords.outdated(stored) and len(statements.get() or ()) + pending < 2:
            better = await self._hashing.hash(password)
            if await users.rehash(self._db, user_id=user.user_id, old_hash=stored, new_hash=better):
                stored = better
        self._verified.remember(stored, password)
        return True


def _refused(user: Credentials | None) -> None:
    """Failures only: programs sign in with each call, and its line says who they are."""
    logs.event(
        "sign-in: failure",
        event__category=["authentication"],
        event__type=["start"],
        event__action="sign-in",
        event__outcome="failure",
        user__id=str(user.user_id) if user else None,
    )


def basic(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """`name:password` of the Authorization header, in UTF-8 (RFC 7617); `None` when it is missing or malformed."""
    value = next((value for name, value in headers if name == b"authorization"), b"")
    scheme, _, token = value.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        pair = binascii.a2b_base64(token.strip(), strict_mode=True)
        text = pair.decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return pair if ":" in text and "\0" not in text else None


class Verified:
    """Passwords that were found right lately, so that not each request costs a verification.

    A stored hash is part of what is remembered: when a password changes, nothing remembered fits any more. Only keyed
    digests are kept, and the key is known to this process alone.
    """

    def __init__(self, size: int = 10_000, seconds: float = 300.0) -> None:
        self._size = size
        self._seconds = seconds
        self._key = secrets.token_bytes(32)
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def knows(self, stored: str, password: str) -> bool:
        """Was this password found right for this stored hash, lately?"""
        return self._until.get(self._digest(stored, password), 0.0) > time.monotonic()

    def remember(self, stored: str, password: str) -> None:
        """It is right. The oldest are forgotten when there are too many."""
        digest = self._digest(stored, password)
        self._until[digest] = time.monotonic() + self._seconds
        self._until.move_to_end(digest)
        if len(self._until) > self._size:
            self._until.popitem(last=False)

    def _digest(self, stored: str, password: str) -> bytes:
        return hashlib.blake2b(f"{stored}\0{password}".encode(), key=self._key, digest_size=32).digest()
