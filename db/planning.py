"""The plan policy is set in PostgreSQL, by db/roles.sql; a door only looks whether it got it."""

import re
from pathlib import Path

from core import logs
from db.pool import Database

ROLES_FILE = Path(__file__).parent / "roles.sql"


def wanted() -> str:
    """The `plan_cache_mode` that db/roles.sql gives to everyone."""
    (mode,) = set(re.findall(r"plan_cache_mode = (\w+)", ROLES_FILE.read_text("utf-8")))
    return str(mode)


async def warn(db: Database) -> None:
    """A line in the log when connections plan in another way: everything works, until a plan turns bad one day."""
    mode = await db.pool.fetchval("SHOW plan_cache_mode")
    if mode != wanted():
        logs.event(f"plan_cache_mode is {mode}, not {wanted()}: python -m db migrate sets it", level="WARNING")
