"""What each timeline touches in a database of 100,000 messages, and that a plan gone bad is noticed."""

from dataclasses import replace

import pytest

from bench import plans, seed
from core.settings import Settings
from db import Database, migrate, open_database


@pytest.fixture
async def seeded(settings: Settings, db: Database, empty_database: str) -> str:
    """The URL of a database as `make bench` measures it."""
    migrate.migrate(empty_database)
    await seed.seed(replace(settings, database_url=empty_database))
    return empty_database


async def test_a_page_of_each_timeline_keeps_its_bound_and_breaks_it_without_its_index(
    seeded: str, settings: Settings
) -> None:
    measured = await plans.measures(seeded)
    assert [measure.name for measure in measured] == [f"buffers: {name}" for name in plans.TIMELINES]
    assert {measure.name: measure.of for measure in measured if measure.broken} == {}

    async with open_database(replace(settings, database_url=seeded), service="tests") as database:
        readers = "SELECT username FROM seed.readers WHERE name = 'old, follows 100 mixed'"
        assert await database.pool.fetchval(readers) == seed.READER
        await database.pool.execute("DROP INDEX messages_shown_by_author")
    (without,) = await plans.measures(seeded, ["timelines/by_author"])
    assert without.broken
