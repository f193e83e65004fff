"""Measures query files over their profiles: the buffers of each under both kinds of plan, and what is wrong with it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from db.pool import NotReady
from db.queries import Query
from db.tool import plans, prepared
from db.tool.prepared import Values, place


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of values, and what the query may cost with them."""

    name: str
    values: Values
    budget: int
    in_all: int
    flat: bool
    """Has it the budget of the file? One of its own depends on the profile: it may grow up to that."""


@dataclass(frozen=True, slots=True)
class Breach:
    """Something that is wrong with a file; `sentence` says what, its first word tells the kinds apart."""

    query: Query
    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{place(self.query)} ({self.where}) {self.sentence}."


@dataclass(frozen=True, slots=True)
class Reading:
    """What a query cost with one profile, in buffers."""

    query: Query
    profile: Profile
    custom: int
    generic: int
    in_all: int
    """The generic plan with what runs after it; for a query that writes nothing, the plan alone."""
    milliseconds: float
    full: bool
    """Did it return as many rows as its limit?"""
    breaches: tuple[Breach, ...]

    @property
    def buffers(self) -> int:
        """Of the worse plan."""
        return max(self.custom, self.generic)

    @property
    def share(self) -> float:
        """Of the budget, how much was used."""
        return max(self.buffers / self.profile.budget, self.in_all / self.profile.in_all)


async def measured(connection: Any, query: Query, rows_of: Mapping[str, int], size: str) -> AsyncIterator[Reading]:
    """Each profile's reading in a seeded database; `size` is how it is called, `rows_of` how big its tables are.

    Raises `NotReady` when the file has no budget, or profiles that do not fit.
    """
    found = await profiles(connection, query)
    async with prepared.statement(connection, query):
        for profile in found:
            yield await _reading(connection, query, profile, rows_of, f"{profile.name}, {size} messages")


async def profiles(connection: Any, query: Query) -> list[Profile]:
    """The rows of the file's Profiles; without any, its samples alone."""
    if query.budget is None:
        raise NotReady(f"{place(query)}: has no budget: write -- Budget: 100 buffers. into its header")
    if not query.profiles:
        return [Profile("samples", query.samples, query.budget, query.in_all or query.budget, flat=True)]
    try:
        records = await connection.fetch(query.profiles)
    except asyncpg.PostgresError as error:
        raise NotReady(f"{place(query)}: PostgreSQL refuses its Profiles: {error.args[0]}") from None
    wanted = {"profile", *query.parameters}
    if not records or wanted != set(records[0].keys()) - {"budget"}:
        raise NotReady(f"{place(query)}: Profiles has to return rows of {', '.join(sorted(wanted))}, or also a budget")
    return [_profile(query, query.budget, record) for record in records]


def _profile(query: Query, budget: int, record: Mapping[str, Any]) -> Profile:
    own = record.get("budget")
    values = {name: _text(record[name]) for name in query.parameters}
    return Profile(record["profile"], values, own or budget, own or query.in_all or budget, flat=own is None)


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return None if value is None else str(value)


async def _reading(connection: Any, query: Query, profile: Profile, rows_of: Mapping[str, int], where: str) -> Reading:
    counts, breaches = {}, []
    for kind in prepared.KINDS:
        records = await prepared.rows(connection, query, profile.values, kind)  # also warms what the plan will read
        plan, milliseconds = await prepared.plan(connection, query, profile.values, kind)
        counts[kind] = plans.buffers(plan)
        found = plans.complaints(plan, rows_of, query.scans) + _over_budget(plan, profile)
        breaches += [Breach(query, f"{where}, {kind} plan", sentence) for sentence in found]
    writes = plans.writes(plan)
    in_all = await prepared.in_all(connection, query, profile.values) if writes else counts["generic"]
    after = _over_in_all(in_all, profile) if writes else []
    breaches += [Breach(query, where, sentence) for sentence in (*after, *_undeclared(records, query))]
    limit = profile.values.get("limit")
    full = limit is None or len(records) >= int(limit)
    return Reading(query, profile, counts["custom"], counts["generic"], in_all, milliseconds, full, tuple(breaches))


def _over_budget(plan: plans.Node, profile: Profile) -> list[str]:
    touched = plans.buffers(plan)
    if touched <= profile.budget:
        return []
    return [
        f"touches {touched:,} buffers of a budget of {profile.budget:,}, most of them in {plans.greediest(plan)}: "
        "let it need fewer, or raise its budget"
    ]


def _over_in_all(touched: int, profile: Profile) -> list[str]:
    if touched <= profile.in_all:
        return []
    return [
        f"touches, with what runs after its plan, {touched:,} buffers of a budget of {profile.in_all:,} in all: "
        "let its triggers need fewer, or raise its budget"
    ]


def _undeclared(records: list[Any], query: Query) -> list[str]:
    """The columns that were NULL somewhere, although the file does not say that they may be."""
    names = records[0].keys() if records else ()
    nulls = [n for n in names if n not in query.nullable and any(record[n] is None for record in records)]
    return [f"returns NULL in {name}: let it return a value, or name the column under NULL" for name in nulls]
