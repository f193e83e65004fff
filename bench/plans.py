"""How much of the database each timeline touches: the buffers of its whole plan, whichever way PostgreSQL plans it."""

from collections.abc import Sequence

from bench import seed
from bench.measures import Measure
from db.queries import load
from db.tool import prepared, readings
from db.tool.seed import sizes

TIMELINES = ("timelines/public", "timelines/by_author", "timelines/followed")


async def measures(url: str, timelines: Sequence[str] = TIMELINES) -> list[Measure]:
    """Of each timeline the page that uses most of its budget, in the seeded database."""
    found, size = [], f"{seed.MESSAGES:,}"
    async with prepared.connected(url) as connection:
        rows_of = await sizes(connection)
        for name in timelines:
            pages = [page async for page in readings.measured(connection, load()[name], rows_of, size)]
            worst = max(pages, key=lambda page: page.share)
            of = f"{worst.profile.name}: custom plan {worst.custom:,}, generic plan {worst.generic:,}"
            found.append(Measure(f"buffers: {name}", worst.buffers, "buffers", of, at_most=worst.profile.budget))
    return found
