"""A page of people as the templates show it: their names, and the way to those who registered earlier."""

from typing import NamedTuple

from db.followers import NEWEST
from db.rows import Person

PAGE = 50
"""People on a page."""

ASKED = PAGE + 1
"""People to ask the database for: one more tells whether there are older ones."""


class People(NamedTuple):
    """One page of a list; `older` and `newest` are paths, or `None` where there is nowhere to go."""

    shown: list[Person]
    older: str | None
    newest: str | None


def people(found: list[Person], path: str, before: int) -> People:
    """Of up to `ASKED` people, newest first, the page at this path."""
    older = f"{path}?before={found[PAGE - 1].user_id}" if len(found) > PAGE else None
    return People(found[:PAGE], older, path if before < NEWEST else None)
