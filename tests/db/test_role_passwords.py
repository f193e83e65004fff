"""Passwords of the roles: from files, never in the clear on their way, and nobody signs in without one."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from db import Database, NotReady, roles
from tests.conftest import signed_in_as
from tests.db.test_explain import tool

SITE = "minitwit_site"


@pytest.fixture
async def as_before(db: Database, database_url: str) -> AsyncIterator[None]:
    yield
    assert roles.grant(database_url, {role: role.upper() for role in roles.WHO_SIGN_IN}) == ""


@pytest.mark.usefixtures("as_before")
async def test_migrate_sets_them_from_files_named_like_the_roles(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / SITE).write_text("another one\n")
    (tmp_path / "simulator_password").write_text("of no role")
    code, out, err = await tool(database_url, "migrate", "--passwords", str(tmp_path))
    assert (code, err) == (0, "")
    assert "another one" not in out
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(signed_in_as(SITE, database_url))
    connection = await asyncpg.connect(signed_in_as(SITE, database_url), password="another one")
    await connection.close()
    other = await asyncpg.connect(signed_in_as("minitwit_api", database_url))
    await other.close()


async def test_postgresql_is_told_a_scram_verifier_and_never_the_password(db: Database) -> None:
    stored = await db.pool.fetch("SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'minitwit\\_%'")
    for role, verifier in stored:
        assert (verifier is not None) == (role in roles.WHO_SIGN_IN), role
        assert verifier is None or verifier.startswith("SCRAM-SHA-256$"), role
    texts = await db.pool.fetch("SELECT query FROM pg_stat_statements WHERE query LIKE 'ALTER ROLE%PASSWORD%'")
    assert texts
    assert not any("'MINITWIT_SITE'" in row[0] for row in texts)


@pytest.mark.usefixtures("as_before")
async def test_a_role_without_a_password_does_not_get_in(db: Database, database_url: str) -> None:
    await db.pool.execute("ALTER ROLE minitwit_site PASSWORD NULL")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(signed_in_as(SITE, database_url))


def test_a_folder_without_passwords_or_with_an_empty_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"holds no file named like a role: minitwit_site, minitwit_api"):
        roles.passwords_in(tmp_path)
    (tmp_path / SITE).write_text("\n")
    with pytest.raises(NotReady, match=r"The password of minitwit_site in .* is empty"):
        roles.passwords_in(tmp_path)
    (tmp_path / SITE).write_bytes(b"\xff")
    with pytest.raises(NotReady, match="cannot be read: UnicodeDecodeError"):
        roles.passwords_in(tmp_path)
