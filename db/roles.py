"""Applies db/roles.sql, who may do what under which limits, and sets the passwords of those who sign in."""

from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from db.migrate import alone, reason
from db.planning import ROLES_FILE
from db.pool import NotReady

WHO_SIGN_IN = ("minitwit_site", "minitwit_api", "minitwit_dba", "minitwit_metrics")


def grant(url: str, passwords: Mapping[str, str] | None = None) -> str:
    """Apply the whole file, then set the passwords given by role, one database at a time.

    Nothing, or a sentence when this user may not create or change roles: the database serves without them. Raises
    `NotReady` with one sentence when something else is wrong, or when passwords could not be set for that reason.
    """
    try:
        with alone(url) as connection:
            connection.execute(ROLES_FILE.read_bytes())
            for role, password in (passwords or {}).items():
                set_password(connection, role, password)
    except psycopg.errors.InsufficientPrivilege as error:
        left = f"The roles of db/roles.sql were left as they are, which this user may not change: {reason(error)}"
        if passwords:
            raise NotReady(left) from None
        return left
    except psycopg.Error as error:
        raise NotReady(f"The roles of db/roles.sql could not be applied: {reason(error)}") from None
    return ""


def set_password(connection: psycopg.Connection, role: str, password: str) -> None:
    """PostgreSQL is told only what verifies it (SCRAM-SHA-256), so that not even a log of statements can hold it."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), verifier.decode()))


def passwords_in(folder: Path) -> dict[str, str]:
    """The passwords in a folder of files that are named like the roles; a role without a file keeps the one it has.

    Raises `NotReady` when there is none at all, or one is empty or cannot be read.
    """
    found = {role: folder / role for role in WHO_SIGN_IN if (folder / role).exists()}
    if not found:
        raise NotReady(f"{folder} holds no file named like a role: {', '.join(WHO_SIGN_IN)}")
    try:
        passwords = {role: path.read_text("utf-8").rstrip("\r\n") for role, path in found.items()}
    except (OSError, UnicodeDecodeError) as error:
        raise NotReady(f"A password in {folder} cannot be read: {type(error).__name__}") from None
    if empty := [role for role, password in passwords.items() if not password]:
        raise NotReady(f"The password of {', '.join(empty)} in {folder} is empty")
    return passwords
