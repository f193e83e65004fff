"""Reads a plan that EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) gave: what it touched, and what is wrong with it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeAlias

Node: TypeAlias = Mapping[str, Any]
"""A node of a plan with the nodes below it, subplans and CTEs among them. `Actual Rows` are those of one loop."""

BIG = 1_000
"""Rows from which on a table may not be scanned: it grows, and a plan that reads all of it does not keep."""

WASTE = 10
"""Rows thrown away for one that is kept: more says that no index had the condition."""

WASTE_ALLOWED = 5_000
"""Rows that may be thrown away in any case: as many as timelines/followed walks, which takes a millisecond."""


def nodes(plan: Node) -> Iterator[Node]:
    """The node and everything below it, from above."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def buffers(node: Node) -> int:
    """Shared buffers that it and everything below it touched."""
    return int(node["Shared Hit Blocks"]) + int(node["Shared Read Blocks"])


def writes(plan: Node) -> bool:
    """Does it change tables? Triggers, and a WITH that nobody reads, run after the plan and are not in its buffers."""
    return any(node["Node Type"] == "ModifyTable" for node in nodes(plan))


def greediest(plan: Node) -> str:
    """The node that touched most by itself, in words."""
    return spoken(max(nodes(plan), key=lambda node: buffers(node) - sum(map(buffers, node.get("Plans", ())))))


def complaints(plan: Node, rows_of: Mapping[str, int], scans: Collection[str] = ()) -> list[str]:
    """What no plan may do, a sentence each. `rows_of` says how big tables are, `scans` which may be read as a whole."""
    found = [complaint for node in nodes(plan) for complaint in _of_node(node, rows_of, scans)]
    if plan["Temp Written Blocks"] or plan["Temp Read Blocks"]:
        found.append("writes temporary files: let it sort, hash or materialise fewer rows")
    return found


def spoken(node: Node) -> str:
    """`Index Scan using messages_shown_by_author on messages`, as EXPLAIN says it."""
    index = f" using {node['Index Name']}" if "Index Name" in node else ""
    relation = f" on {node['Relation Name']}" if "Relation Name" in node else ""
    return f"{node['Node Type']}{index}{relation}"


def _of_node(node: Node, rows_of: Mapping[str, int], scans: Collection[str]) -> Iterator[str]:
    table, loops = node.get("Relation Name", ""), node["Actual Loops"]
    if table in scans:
        return
    kept = node["Actual Rows"] * loops
    kinds = ("Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck")
    wasted = sum(node.get(kind, 0) for kind in kinds) * loops
    # Any row will do where nothing is filtered and a LIMIT stops soon; that is the one scan which does not grow.
    any_will_do = "Filter" not in node and 0 < kept + wasted <= BIG
    if node["Node Type"] == "Seq Scan" and rows_of.get(table, 0) > BIG and not any_will_do:
        yield f"scans {table} ({rows_of[table]:,} rows): let an index serve it, or name the table under Scans"
    # The rows of a CTE are at hand already: the node that fetched them is the one to judge.
    if node["Node Type"] != "CTE Scan" and wasted > max(WASTE_ALLOWED, WASTE * kept):
        yield f"throws {wasted:,.0f} rows away and keeps {kept:,.0f} in {spoken(node)}: let an index have the condition"
    batches = max(node.get("Hash Batches", 1), node.get("HashAgg Batches", 1))
    if node.get("Sort Space Type") == "Disk" or batches > 1:
        yield f"spills to disk in {spoken(node)}: let it sort or hash fewer rows"
