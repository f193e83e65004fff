"""What each timeline touches in a database of 100,000 messages, and that a plan gone bad is noticed."""

import pytest

from bench import plans, seed
from db import Database


@pytest.fixture
async def seeded(db: Database) -> Database:
    await seed.seed(db)
    return db


async def test_a_page_of_each_timeline_keeps_its_bound_and_breaks_it_without_its_index(seeded: Database) -> None:
    measured = await plans.measures(seeded)
    assert [measure.name for measure in measured] == [
        "buffers: public timeline",
        "buffers: profile, busy author",
        "buffers: profile, quiet author",
        *(f"buffers: home, reader of {follows}" for follows in seed.FOLLOWS),
        *(f"buffers: home, reader of {follows} silent" for follows in seed.FOLLOWS),
    ]
    assert {measure.name: measure.of for measure in measured if measure.broken} == {}

    index = "indexrelid = 'messages_shown_by_author'::regclass"
    await seeded.pool.execute(f"UPDATE pg_index SET indisvalid = false WHERE {index}")
    try:
        without = await plans.measures(seeded)
    finally:
        await seeded.pool.execute(f"UPDATE pg_index SET indisvalid = true WHERE {index}")
    assert "buffers: profile, quiet author" in {measure.name for measure in without if measure.broken}
