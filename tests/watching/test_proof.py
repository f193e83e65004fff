"""The proof: every panel of every dashboard and every rule, asked of a real Prometheus that has watched both doors,
nginx, PostgreSQL and the exporters under a scenario. Each is understood, is about series that exist, and shows
something that moved."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.watch import grafana, queries
from tests.watching.conftest import Watched
from tests.watching.rules import rules

pytestmark = pytest.mark.watching

ELSEWHERE = {
    "elasticsearch_": "Elasticsearch cannot run here; its exporter does, without one",
    "backup_last_success_timestamp_seconds": "no backup is made of a database that is thrown away",
    'up{job="grafana"}': "Grafana cannot run here",
    'ALERTS{alertstate="firing"}': "an alert has to last longer than the scenario before it fires",
}
"""Series that cannot be here, and why. One that is here after all has to go from this list."""

STILL = {
    "What is watched answers": "all of it answered all the time",
    "Alerts": "none lasts long enough to fire",
    "Releases in force": "one release ran",
    "What runs": "two replicas of each door ran",
    "Schema and query files": "none was changed",
    "The last base backup": ELSEWHERE["backup_last_success_timestamp_seconds"],
    "Logs": ELSEWHERE["elasticsearch_"],
    "Found in memory": "so small a database is in memory whole",
    "Waiting for a connection": "a look a second hardly meets a moment of waiting",
}
"""Panels that need not move, and why."""


def panels() -> Iterator[Any]:
    for question in grafana.questions().values():
        for panel in question["panels"]:
            for legend, expression in panel["queries"].items():
                name = f"{question['title']} {panel['title']}: {legend}"
                yield pytest.param(panel, queries.filled(expression), id=name)


def expressions() -> list[str]:
    """Of every rule, every panel and every mark in the graphs."""
    shown = [panel for question in grafana.questions().values() for panel in question["panels"]]
    asked = [queries.filled(expression) for panel in shown for expression in panel["queries"].values()]
    marks = [mark["expr"] for mark in grafana.annotations()]
    return [rule["expr"] for rule in rules()] + asked + marks


def every_selector() -> list[str]:
    return sorted({selector for expression in expressions() for selector in queries.selectors(expression)})


def elsewhere(selector: str) -> bool:
    return any(selector.startswith(name) for name in ELSEWHERE)


def series(watched: Watched, selector: str) -> list[Any]:
    return list(
        queries.ask(watched.here.prometheus, "series", **{"match[]": selector}, start=watched.begin, end=watched.end)
    )


def test_the_scenario_went_well(watched: Watched) -> None:
    assert watched.tally.commands.total() == 1000
    assert watched.tally.errors.total() == 0


@pytest.mark.parametrize("selector", every_selector())
def test_every_series_that_a_rule_or_a_panel_is_about_exists(watched: Watched, selector: str) -> None:
    assert bool(series(watched, selector)) != elsewhere(selector)


def test_what_cannot_be_here_is_asked_for_somewhere() -> None:
    for name in ELSEWHERE:
        assert name.startswith('up{job="grafana"') or any(s.startswith(name) for s in every_selector()), name


def values(found: list[tuple[dict[str, str], Any]]) -> set[float]:
    """Each value that any of the series had."""
    return {value for _, points in found for _, value in points}


def moves_below_zero(watched: Watched, expression: str) -> bool:
    """Whether what a panel cuts off at zero moves below it: the disk that, seen by the second, is full in four days."""
    cut = re.fullmatch(r"clamp_min\((.*), 0\)", expression.strip(), re.DOTALL)
    found = queries.over(watched.here.prometheus, cut[1], watched.begin, watched.end, 1) if cut else []
    return len(values(found)) > 1


@pytest.mark.parametrize(("panel", "expression"), list(panels()))
def test_a_panel_shows_something_that_moved(watched: Watched, panel: dict[str, Any], expression: str) -> None:
    found = queries.over(watched.here.prometheus, expression, watched.begin, watched.end, 1)
    if all(elsewhere(selector) for selector in queries.selectors(expression)) and panel["title"] != "Alerts":
        assert found == []
        return
    assert found, "it shows nothing"
    shown = values(found)
    moved = len(shown) > 1 or moves_below_zero(watched, expression)
    assert moved or panel["title"] in STILL, f"it stood still at {shown}"
    assert not any(value != value for value in shown if panel["kind"] == "stat"), "not a number"  # noqa: PLR0124  # NaN


@pytest.mark.parametrize("mark", grafana.annotations(), ids=lambda mark: mark["name"])
def test_what_is_new_is_marked_for_a_minute(watched: Watched, mark: dict[str, Any]) -> None:
    found = queries.over(watched.here.prometheus, mark["expr"], watched.begin, watched.end, 1)
    if mark["name"] == "Alerts":
        assert elsewhere(mark["expr"])
        return
    ((_, points),) = found
    assert 30 < points[-1][0] - points[0][0] <= 60


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("record") or rule["alert"])
def test_a_rule_is_understood_and_what_it_records_moved(watched: Watched, rule: dict[str, Any]) -> None:
    found = queries.over(watched.here.prometheus, rule["expr"], watched.begin, watched.end, 1)
    if "record" in rule:
        assert found
        recorded = series(watched, rule["record"])
        assert recorded, "Prometheus evaluated it itself"


def test_prometheus_could_evaluate_every_rule(watched: Watched) -> None:
    groups = queries.ask(watched.here.prometheus, "rules")["groups"]
    assert {(rule["name"], rule["health"]) for group in groups for rule in group["rules"]} == {
        (rule.get("record") or rule["alert"], "ok") for rule in rules()
    }


def test_prometheus_sees_each_replica_by_itself(watched: Watched) -> None:
    targets = queries.ask(watched.here.prometheus, "targets", state="active")["activeTargets"]
    assert [target["lastError"] for target in targets if target["health"] != "up"] == []
    for door in ("web", "api"):
        seen = {target["labels"]["instance"] for target in targets if target["labels"]["job"] == door}
        assert seen == set(watched.here.addresses[f"tasks.{door}"])
        assert len(seen) == 2


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("job:http_request_errors:ratio_rate1h", "job:http_request_error:ratio_rate1h"),
        ('minitwit_table_rows_inserted{table="users"}', 'minitwit_table_rows_inserted{table="user"}'),
        ("simulator_last_call_timestamp_seconds", "simulator_last_call_seconds"),
        ("nginx_connections_active", "nginx_connections_open"),
    ],
)
def test_a_wrong_name_would_be_found(watched: Watched, expression: str, wrong: str) -> None:
    everywhere = " ".join(expressions())
    assert expression in everywhere
    broken = re.sub(re.escape(expression) + r"(?![\w:])", wrong, everywhere)
    assert wrong in queries.selectors(broken)
    assert series(watched, expression)
    assert not series(watched, wrong)
