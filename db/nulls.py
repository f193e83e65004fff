"""Which columns of a result may be NULL, as far as PostgreSQL itself knows.

The generic plan names the table behind each column, and the side of each outer join that may be absent. About an
expression it knows nothing, nor about what comes out of a materialized CTE: there the file's `NULL:` is believed.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import asyncpg

_ABSENT_SIDE = {
    "Left": {"Inner"},
    "Anti": {"Inner"},
    "Right": {"Outer"},
    "Right Anti": {"Outer"},
    "Full": {"Inner", "Outer"},
}
"""Whose rows an outer join may fill up with NULLs, by the plan's `Join Type` and `Parent Relationship`."""

_COLUMN = re.compile(r'(?:(?P<alias>[a-z_]\w*|"[^"]+")\.)?(?P<column>[a-z_]\w*|"[^"]+")')


@dataclass(frozen=True, slots=True)
class _Table:
    """A table in the plan."""

    name: str
    alias: str
    absent: bool
    conditions: tuple[str, ...]

    def reason(self, column: str, nullable: Collection[str]) -> str | None:
        """Why this column of it may be NULL, or `None`."""
        if self.absent:
            return f"{self.name} stands on the side of an outer join that may have no row"
        if f"{self.name}.{column}" not in nullable or self._keeps_out(column):
            return None
        return f"{self.name}.{column} lacks NOT NULL"

    def _keeps_out(self, column: str) -> bool:
        """Whether a condition lets no NULL of this column through: IS NOT NULL, alone or among ANDs."""
        for condition in self.conditions:
            parts = (condition[1:-1] if condition.startswith("((") else condition).split(" AND ")
            nested = re.search(r"\bOR\b|\bCASE\b|\bNOT \(", condition)
            if f"({self.alias}.{column} IS NOT NULL)" in parts and not nested:
                return True
        return False


async def seen(connection: Any, statement: Any, nullable: Collection[str]) -> dict[str, str]:
    """The columns of a prepared statement that may be NULL, and why.

    `nullable` holds the columns without NOT NULL, as `table.column`. The connection has to be told
    `plan_cache_mode = force_generic_plan`, as the pool's are: with values in it a plan may leave tables out.
    """
    columns = [column.name for column in statement.get_attributes()]
    if not columns:
        return {}
    values = ", ".join("NULL" for _ in statement.get_parameters())
    execute = f"{statement.get_name()}({values})" if values else statement.get_name()
    explain = await connection.prepare(f"EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE {execute}")
    try:
        plan = json.loads(await explain.fetchval())[0]["Plan"]
    except asyncpg.InsufficientPrivilegeError:
        return {}  # a door need not have the rights of whoever runs this file; the DBA's check has them
    tables = _tables(plan, absent=False)
    reasons = {
        column: _reason(spelled, tables, nullable)
        for column, spelled in zip(columns, plan.get("Output", ()), strict=False)  # what only sorts comes behind
    }
    return {column: reason for column, reason in reasons.items() if reason}


def _reason(spelled: str, tables: dict[str, _Table], nullable: Collection[str]) -> str | None:
    found = _COLUMN.fullmatch(spelled)
    if not found:
        return None
    # a plan that holds one table does not spell its alias
    table = tables.get(found["alias"].strip('"')) if found["alias"] else _only(tables)
    return table.reason(found["column"].strip('"'), nullable) if table else None


def _only(tables: dict[str, _Table]) -> _Table | None:
    return next(iter(tables.values())) if len(tables) == 1 else None


def _tables(node: dict[str, Any], *, absent: bool) -> dict[str, _Table]:
    """Every table below this node by its alias, which is unique in a plan."""
    found = {}
    if "Relation Name" in node:
        conditions = tuple(node[kind] for kind in ("Filter", "Index Cond", "Recheck Cond") if kind in node)
        found[node["Alias"]] = _Table(node["Relation Name"], node["Alias"], absent, conditions)
    for child in node.get("Plans", ()):
        side = child["Parent Relationship"]
        apart = side in {"InitPlan", "SubPlan"}
        below = not apart and (absent or side in _ABSENT_SIDE.get(node.get("Join Type", ""), ()))
        for alias, table in _tables(child, absent=below).items():
            # a write stands above the scan of its own table, which knows the conditions
            found[alias] = table if alias not in found or table.conditions else found[alias]
    return found
