"""How much of the database each timeline touches: the buffers of its whole plan, whichever way PostgreSQL plans it."""

import json
from typing import Any

from bench import seed
from bench.measures import Measure
from db import Database

MODES = {"custom": "force_custom_plan", "generic": "force_generic_plan"}
"""A door's statements are prepared: PostgreSQL may plan for the values at hand or once for all."""

HOME, PUBLIC, PROFILE = 1000, 120, 60
"""The most 8 kB buffers that a first page of thirty may touch."""

NEWEST = 2**63 - 1
PAGE = 30


async def measures(database: Database) -> list[Measure]:
    """The buffers of a first page of each timeline, the worse of both plans, in the seeded database."""
    found = [await _worse(database, "public timeline", PUBLIC, "timelines/public")]
    for kind, name in seed.AUTHORS.items():
        title = f"profile, {kind} author"
        found.append(await _worse(database, title, PROFILE, "timelines/by_author", username=name))
    for silent in (False, True):
        for follows in seed.FOLLOWS:
            name = seed.reader(follows, silent=silent)
            user_id = await database.pool.fetchval("SELECT user_id FROM users WHERE username = $1", name)
            found.append(await _worse(database, f"home, {name}", HOME, "timelines/followed", user_id=user_id))
    return found


async def _worse(database: Database, title: str, bound: int, query: str, **values: Any) -> Measure:
    counts = {}
    for kind, mode in MODES.items():
        counts[kind] = await buffers(database, query, mode, before=NEWEST, limit=PAGE, **values)
    each = ", ".join(f"{kind} plan {count:,}" for kind, count in counts.items())
    return Measure(f"buffers: {title}", max(counts.values()), "buffers", each, at_most=bound)


async def buffers(database: Database, query: str, mode: str, **values: Any) -> int:
    """Shared buffers that running this query touches, hit and read, under a `plan_cache_mode`."""
    statement = database.queries[query]
    arguments = ", ".join(_literal(values[name]) for name in statement.parameters)
    async with database.pool.acquire() as connection, connection.transaction():
        # Only EXECUTE goes through the choice between the two plans; EXPLAIN of the text itself always plans anew.
        await connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
        await connection.execute(f"PREPARE measured AS {statement.sql}")
        try:
            answer = await connection.fetchval(
                f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE measured ({arguments})"
            )
        finally:
            await connection.execute("DEALLOCATE measured")
    plan = json.loads(answer)[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


def _literal(value: int | str) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
