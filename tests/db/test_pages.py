"""Each list is, page by page, what the plainest query finds: in pages of any size, while people write."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import Database, followers
from tests.db import walks
from tests.db.walks import LISTS, PEOPLE, STORIES, Story, World, every_walk_holds, name

EXAMPLES = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("query", LISTS)
@EXAMPLES
@walks.telling
@given(story=STORIES)
async def test_every_page_is_what_the_naive_query_finds_whatever_happens_between_pages(
    db: Database, query: str, story: Story
) -> None:
    await every_walk_holds(db, query, story)


@pytest.mark.parametrize("bounds", walks.BOUNDS, ids=str)
async def test_every_reader_finds_everything_in_pages_of_each_size(db: Database, bounds: tuple[int, int, int]) -> None:
    world = World(db)
    await world.begin()
    await world.happen(walks.EVERYBODY_WROTE)
    reader = walks.with_bounds(db, *bounds)
    for size in range(1, len(world.posted) + 2):
        for query in LISTS:
            for number in range(PEOPLE):
                await walks.walk_holds(world, reader, query, number, Story([], [], size, bounds))


@EXAMPLES
@given(pairs=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=15, unique=True))
async def test_the_names_for_programs_are_the_first_registered_of_those_whom_a_user_follows(
    db: Database, pairs: list[tuple[int, int]]
) -> None:
    world = World(db)
    await world.begin()
    await world.happen([("follow", who, whom) for who, whom in pairs])
    for number in range(PEOPLE):
        wanted = [name(whom) for who, whom in sorted(pairs) if who == number]
        for limit in range(PEOPLE + 2):
            assert await followers.following(db, username=name(number), limit=limit) == wanted[:limit]
