"""Prometheus' configuration: promtool accepts it; each alert fires when it should, is quiet when it should, says what
no data means, has a paragraph in the runbook, and calls somebody."""

from pathlib import Path

import pytest

from tests.watching.rules import DEPLOY, PROMETHEUS, alerts, cases, change, copied, headings, keep, promtool, rules

pytestmark = pytest.mark.promtool

RUNBOOK = DEPLOY / "README.md"
DASHBOARDS = {"fine", "who-hurts", "simulator", "sql-files", "growing", "fills-up", "safe"}

DANGEROUS_SILENCE = {"DoorIsGone", "JobIsMissing", "BackupIsUnknown"}
"""They fire when there is no data at all. Every other alert is quiet then, because one of these is not."""


def test_promtool_finds_no_fault_in_the_configuration(tmp_path: Path) -> None:
    assert promtool("check", "config", copied(tmp_path) / "prometheus.yml") == ""


def test_it_would_find_one(tmp_path: Path) -> None:
    copy = copied(tmp_path)
    change(copy / "prometheus.yml", "scrape_interval: 15s", "scrape_intervall: 15s")
    assert "scrape_intervall" in promtool("check", "config", copy / "prometheus.yml")


@pytest.mark.parametrize("path", sorted(PROMETHEUS.glob("tests/*.yml")), ids=lambda path: path.stem)
def test_every_case_of_an_alert_holds(path: Path) -> None:
    assert promtool("test", "rules", path) == ""


@pytest.mark.parametrize(
    ("file", "old", "new", "case"),
    [
        ("database", "minitwit_server_primary == 1) and", "pg_up == 1) and", "DatabaseIsDown stays quiet"),
        ("database", "ratio > 1\n", "ratio > 0.5\n", "QueryIsOverBudget stays quiet"),
        ("watching", 'absent(up{job="web"})', 'absent(up{job="wep"})', "DoorIsGone stays quiet"),
        ("simulator", "[1d])) > 300", "[1m])) > 300", "SimulatorIsSilent fires"),
        ("machines", "[6h], 4 * 86400", "[6h], 400 * 86400", "DiskFillsWithinDays stays quiet"),
        ("doors", "the last hour failed", "the last minute failed", "ErrorBudgetBurnsFast fires"),
    ],
)
def test_a_case_would_find_a_mistake(tmp_path: Path, file: str, old: str, new: str, case: str) -> None:
    copy = copied(tmp_path)
    tests = copy / "tests" / f"{file}.yml"
    keep(tests, case)
    assert promtool("test", "rules", tests) == ""
    change(copy / "rules" / f"{file}.yml", old, new)
    assert case in promtool("test", "rules", tests)


def test_every_alert_has_its_three_cases_and_no_case_is_left_over() -> None:
    wanted = {f"{alert} {outcome}" for alert in alerts() for outcome in ("fires", "stays quiet", "without data")}
    assert cases().keys() == wanted


@pytest.mark.parametrize("alert", alerts())
def test_a_case_is_what_its_name_says(alert: str) -> None:
    fires, quiet, without = (cases()[f"{alert} {outcome}"] for outcome in ("fires", "stays quiet", "without data"))
    for case in (fires, quiet, without):
        assert {test["alertname"] for test in case["alert_rule_test"]} == {alert}
    assert fires["input_series"]
    assert fires["alert_rule_test"][0]["exp_alerts"]
    assert quiet["input_series"]
    assert without["input_series"] == []
    assert bool(without["alert_rule_test"][0]["exp_alerts"]) == (alert in DANGEROUS_SILENCE)
    loud = [test for test in quiet["alert_rule_test"] if test["exp_alerts"]]
    assert loud == []


@pytest.mark.parametrize("alert", alerts())
def test_an_alert_says_how_bad_it_is_what_is_wrong_and_where_to_read_on(alert: str) -> None:
    rule = alerts()[alert]
    assert rule["labels"]["severity"] in {"page", "ticket"}
    notes = rule["annotations"]
    assert notes.keys() == {"summary", "description", "runbook", "dashboard"}
    assert notes["description"].endswith(".")
    assert notes["runbook"] == f"deploy/README.md#{alert.lower()}"
    assert notes["dashboard"] in DASHBOARDS


def test_the_runbook_has_a_paragraph_for_each_alert_and_for_no_other() -> None:
    assert sorted(headings(RUNBOOK)) == sorted(alerts())


def test_recorded_names_say_level_metric_and_operation() -> None:
    for rule in rules():
        if "record" in rule:
            assert rule["record"].count(":") == 2, rule["record"]
