"""The properties of the lists can fail: each query, broken by hand in one place, is found out.

Not among the mistakes is what only costs time, as another part of timelines/followed makes up for it: an own message is
found as one's own and as one of `authors`; to ask more authors than can be on the page finds the same.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from db import Database
from db.queries import read
from tests.db.walks import BOUNDS, TELLING, every_walk_holds, with_bounds, with_query


@dataclass(frozen=True)
class Mutant:
    """A query file with one mistake in it."""

    query: str
    mistake: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.query}: {self.mistake}"


def of(query: str, *mistakes: tuple[str, str, str]) -> list[Mutant]:
    return [Mutant(query, *mistake) for mistake in mistakes]


MUTANTS = [
    *of(
        "timelines/public",
        ("the last of a page again", "m.message_id < :before", "m.message_id <= :before"),
        ("hidden ones, too", "NOT m.hidden AND ", ""),
        ("oldest first", "m.message_id DESC", "m.message_id"),
        ("one more", "LIMIT :limit", "LIMIT :limit + 1"),
        ("one too few", "LIMIT :limit", "LIMIT :limit - 1"),
        ("another's name", "u.user_id = m.author_id", "u.user_id = m.author_id % 5 + 1"),
        ("a step too far", "m.message_id < :before", "m.message_id < :before::bigint - 1"),
    ),
    *of(
        "timelines/by_author",
        ("the last of a page again", "(p.author_id, p.message_id) < (", "(p.author_id, p.message_id) <= ("),
        ("hidden ones, too", "NOT p.hidden\n        AND ", ""),
        ("those of older users", "p.author_id >= u.user_id\n        AND ", ""),
        ("those of the user before", "p.author_id >= u.user_id", "p.author_id >= u.user_id - 1"),
        ("the oldest", "p.author_id DESC, p.message_id DESC", "p.author_id, p.message_id"),
        ("oldest first", "ORDER BY m.message_id DESC", "ORDER BY m.message_id"),
        ("nobody when nothing", "LEFT JOIN LATERAL", "INNER JOIN LATERAL"),
        ("a step too far", "(u.user_id, :before::bigint)", "(u.user_id, :before::bigint - 1)"),
    ),
    *of(
        "timelines/followed",
        ("not one's own", "\n    UNION\n    SELECT :user_id::bigint\n", "\n"),
        ("followers instead of followees", "f.whom_id AS author_id\n    FROM followers AS f\n    WHERE f.who_id",
         "f.who_id AS author_id\n    FROM followers AS f\n    WHERE f.whom_id"),
        ("walk: hidden ones, too", "NOT m.hidden AND m.message_id < :before AND (SELECT", "m.message_id < :before AND (SELECT"),
        ("walk: the last of a page again", "m.message_id < :before AND (SELECT", "m.message_id <= :before AND (SELECT"),
        ("walk: a step too far", "m.message_id < :before AND (SELECT", "m.message_id < :before - 1 AND (SELECT"),
        ("walk: limit before filter", "LIMIT 5000\n    ) AS w\n    WHERE w", "LIMIT least(:limit, 5000)\n    ) AS w\n    WHERE w"),
        ("walk: everybody's", "WHERE w.author_id = :user_id OR", "WHERE true OR"),
        ("walk: one's own only", " OR w.author_id IN (SELECT a.author_id FROM authors AS a)", ""),
        ("walk: the oldest", "ORDER BY w.message_id DESC", "ORDER BY w.message_id"),
        ("walk: enough when one was found", "= :limit THEN true", "> 0 THEN true"),
        ("walk: always enough", "ELSE (\n                SELECT count(*) < 5000", "ELSE (\n                SELECT true OR count(*) < 5000"),
        ("walk: the last that it saw was the last", "SELECT count(*) < 5000", "SELECT count(*) <= 5000"),
        ("walk: it has seen more than it saw", "LIMIT :limit\n),\n\nfound", "LIMIT :limit - 1\n),\n\nfound"),
        ("few: nobody", "(SELECT NOT f.huge AND NOT f.everything", "(SELECT f.huge AND NOT f.everything"),
        ("many: nobody", "(SELECT f.huge AND NOT f.everything FROM found AS f)\n        AND", "(SELECT false FROM found AS f)\n        AND"),
        ("many: one's own only", " OR n.author_id IN (SELECT a.author_id FROM authors AS a)", ""),
        ("many: everybody's", "AND (n.author_id = :user_id OR", "AND (true OR"),
        ("many: not who wrote since the page", "WHERE n.message_id >= :before", "WHERE false"),
        ("many: not who wrote the last of a page", "n.message_id >= :before", "n.message_id > :before"),
        ("many: who wrote the last of a page takes a place", "WHERE n.message_id < :before", "WHERE n.message_id <= :before"),
        ("many: the longest silent", "n.message_id < :before\n        ORDER BY n.message_id DESC", "n.message_id < :before\n        ORDER BY n.message_id"),
        ("many: one too few", "ORDER BY n.message_id DESC\n        LIMIT :limit", "ORDER BY n.message_id DESC\n        LIMIT :limit - 1"),
        ("page: hidden ones, too", "NOT m.hidden\n            AND ", ""),
        ("page: those of older users", "m.author_id >= a.author_id\n            AND ", ""),
        ("page: the last of a page again", "(m.author_id, m.message_id) < (", "(m.author_id, m.message_id) <= ("),
        ("page: a step too far", "(a.author_id, :before::bigint)", "(a.author_id, :before::bigint - 1)"),
        ("page: the oldest of each", "ORDER BY m.author_id DESC, m.message_id DESC", "ORDER BY m.author_id, m.message_id"),
        ("page: one of each", "m.message_id DESC\n        LIMIT :limit\n    ) AS d", "m.message_id DESC\n        LIMIT 1\n    ) AS d"),
        ("page: twice", "UNION\n    SELECT d.message_id", "UNION ALL\n    SELECT d.message_id"),
        ("page: the oldest", "ORDER BY message_id DESC", "ORDER BY message_id"),
        ("page: one more", "ORDER BY message_id DESC\n    LIMIT :limit", "ORDER BY message_id DESC\n    LIMIT :limit + 1"),
        ("oldest first", "ORDER BY m.message_id DESC;", "ORDER BY m.message_id;"),
        ("another's name", "u.user_id = m.author_id", "u.user_id = :user_id"),
    ),
    *of(
        "followers/followers",
        ("the last of a page again", "(e.whom_id, e.who_id) < (", "(e.whom_id, e.who_id) <= ("),
        ("those of older users", "e.whom_id >= a.user_id\n        AND ", ""),
        ("the other way round", "WHERE\n        e.whom_id >= a.user_id\n        AND (e.whom_id, e.who_id) <",
         "WHERE\n        e.who_id >= a.user_id\n        AND (e.who_id, e.whom_id) <"),
        ("the oldest", "ORDER BY e.whom_id DESC, e.who_id DESC", "ORDER BY e.whom_id, e.who_id"),
        ("oldest first", "ORDER BY f.who_id DESC;", "ORDER BY f.who_id;"),
        ("nobody when nothing", "LEFT JOIN LATERAL", "INNER JOIN LATERAL"),
        ("another's name", "b.user_id = f.who_id", "b.user_id = a.user_id"),
        ("a step too far", "(a.user_id, :before::bigint)", "(a.user_id, :before::bigint - 1)"),
        ("one more", "LIMIT :limit", "LIMIT :limit + 1"),
    ),
    *of(
        "followers/followees",
        ("the last of a page again", "(e.who_id, e.whom_id) < (", "(e.who_id, e.whom_id) <= ("),
        ("those of older users", "e.who_id >= a.user_id\n        AND ", ""),
        ("the other way round", "WHERE\n        e.who_id >= a.user_id\n        AND (e.who_id, e.whom_id) <",
         "WHERE\n        e.whom_id >= a.user_id\n        AND (e.whom_id, e.who_id) <"),
        ("the oldest", "ORDER BY e.who_id DESC, e.whom_id DESC", "ORDER BY e.who_id, e.whom_id"),
        ("oldest first", "ORDER BY f.whom_id DESC;", "ORDER BY f.whom_id;"),
        ("nobody when nothing", "LEFT JOIN LATERAL", "INNER JOIN LATERAL"),
        ("another's name", "b.user_id = f.whom_id", "b.user_id = a.user_id"),
        ("a step too far", "(a.user_id, :before::bigint)", "(a.user_id, :before::bigint - 1)"),
        ("one more", "LIMIT :limit", "LIMIT :limit + 1"),
    ),
]  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
async def test_a_mistake_in_a_query_is_found_out(db: Database, tmp_path: Path, mutant: Mutant) -> None:
    text = db.queries[mutant.query].path.read_text("utf-8")
    assert text.count(mutant.old) == 1, f"the file does not hold {mutant.old!r} once: write this mistake anew"
    broken = tmp_path / f"{mutant.query}.sql"
    broken.parent.mkdir()
    broken.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    other = with_query(db, read(broken, tmp_path))
    with_bounds(other, *BOUNDS[0])  # fails here, and not below, when a mistake hides a bound
    with pytest.raises(AssertionError):
        await every_telling_story_holds(other, mutant.query)


async def every_telling_story_holds(db: Database, query: str) -> None:
    """The examples that the property in test_pages.py begins with."""
    for story in TELLING:
        await every_walk_holds(db, query, story)
