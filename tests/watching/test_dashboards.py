"""The dashboards, checked as strictly as can be without a Grafana: they are what the questions say, each panel has what
a reader needs, no two overlap, and every link leads somewhere."""

import copy
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.watch import grafana, queries
from local.watch.units import SPOKEN
from tests.watching.rules import DEPLOY, alerts, promtool

TITLES = [
    *("Is it fine?", "Who hurts?", "Is the simulator served?", "Which SQL file?"),
    *("Is it growing?", "What fills up?", "Is it safe?"),
]
PROVISIONING = DEPLOY / "grafana" / "provisioning"
BOARDS = [json.loads(path.read_text("utf-8")) for path in sorted(grafana.DASHBOARDS.glob("*.json"))]
PANELS = [(board["title"], panel) for board in BOARDS for panel in board["panels"]]
RULES = {rule["record"] for path in (DEPLOY / "prometheus" / "rules").glob("*.yml")
         for group in yaml.safe_load(path.read_text("utf-8"))["groups"] for rule in group["rules"]
         if "record" in rule}  # fmt: skip  # one set


def faults(panel: dict[str, Any]) -> list[str]:
    """What is wrong with a panel."""
    defaults = panel["fieldConfig"]["defaults"]
    steps = [step["value"] for step in defaults["thresholds"]["steps"]]
    checks = {
        "its kind is not one of ours": panel["type"] in grafana.KINDS.values(),
        "it has no title": bool(panel["title"]),
        "its sentence is no sentence": panel["description"][:1].isupper() or panel["description"][:1].isdigit(),
        "its sentence does not end": panel["description"].endswith(".") and len(panel["description"]) > 30,
        "its unit is not one of ours": defaults["unit"] in SPOKEN,
        "its thresholds do not rise": steps[0] is None and steps[1:] == sorted(steps[1:]),
        "it asks nothing": all(target["expr"].strip() for target in panel["targets"]) and bool(panel["targets"]),
        "a line has no name": all(target["legendFormat"] for target in panel["targets"]),
        "it looks at another source": panel["datasource"]["uid"] in sources(),
        "it has no link": bool(panel["links"]),
        "its runbook is no paragraph": panel["links"][0]["url"].split("#")[-1] in {name.lower() for name in alerts()},
        "it has two tables": panel["type"] != "table" or len(panel["targets"]) == 1,
        "a graph does not lead to the logs": panel["type"] != "timeseries" or len(panel["links"]) == 2,
        "it adds up a counter that nobody turned into a rate": not _raw_counter(panel),
    }
    return [words for words, fine in checks.items() if not fine]


def _raw_counter(panel: dict[str, Any]) -> bool:
    return any("_total" in target["expr"] and "rate(" not in target["expr"] for target in panel["targets"])


def sources() -> set[str]:
    """The uids of the data sources that are provisioned."""
    file = yaml.safe_load((PROVISIONING / "datasources" / "minitwit.yml").read_text("utf-8"))
    return {source["uid"] for source in file["datasources"]}


def test_the_files_are_what_the_questions_say() -> None:
    assert {path: path.read_text("utf-8") for path in grafana.DASHBOARDS.iterdir()} == grafana.written()


def test_each_title_is_a_question() -> None:
    assert [board["title"] for board in BOARDS] == TITLES


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=[f"{board} {panel['title']}" for board, panel in PANELS])
def test_a_panel_has_what_its_reader_needs(board: str, panel: dict[str, Any]) -> None:
    assert faults(panel) == []


@pytest.mark.parametrize(
    ("break_it", "fault"),
    [
        (lambda panel: panel.update(description="errors"), "its sentence is no sentence"),
        (lambda panel: panel["fieldConfig"]["defaults"].update(unit="ms"), "its unit is not one of ours"),
        (lambda panel: panel["targets"][0].update(expr="http_requests_total"), "it adds up a counter that nobody"),
        (lambda panel: panel["targets"].clear(), "it asks nothing"),
        (lambda panel: panel.update(type="table", targets=panel["targets"] * 2), "it has two tables"),
        (lambda panel: panel["links"].pop(), "a graph does not lead to the logs"),
        (lambda panel: panel["links"][0].update(url="/deploy/README.md#nowhere"), "its runbook is no paragraph"),
        (lambda panel: panel["datasource"].update(uid="elsewhere"), "it looks at another source"),
    ],
)
def test_a_fault_would_be_found(break_it: Callable[[dict[str, Any]], object], fault: str) -> None:
    panel = copy.deepcopy(next(panel for _, panel in PANELS if panel["type"] == "timeseries"))
    break_it(panel)
    assert any(words.startswith(fault) for words in faults(panel))


def misunderstood(expressions: Iterable[str], folder: Path) -> str:
    """What Prometheus' checker says about expressions that it does not understand."""
    asked = enumerate(queries.filled(expression) for expression in expressions)
    rules = [{"record": f"asked:{number}", "expr": expression} for number, expression in asked]
    path = folder / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}), "utf-8")
    return promtool("check", "rules", path)


@pytest.mark.promtool
def test_prometheus_understands_what_panels_and_marks_ask(tmp_path: Path) -> None:
    targets = [target for _, panel in PANELS for target in panel["targets"]]
    marks = [mark for board in BOARDS for mark in board["annotations"]["list"]]
    assert {mark["name"] for mark in marks} == {"Releases", "Query files", "Alerts"}
    assert misunderstood([each["expr"] for each in targets + marks], tmp_path) == ""


@pytest.mark.promtool
def test_what_prometheus_does_not_understand_would_be_found(tmp_path: Path) -> None:
    assert "offset modifier must be preceded" in misunderstood(["up unless (up) offset 1m"], tmp_path)


@pytest.mark.parametrize("board", BOARDS, ids=TITLES)
def test_no_two_panels_overlap_and_none_leaves_the_page(board: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        columns, lines = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        cells = {(x, y) for x in columns for y in lines}
        assert not cells & taken, panel["title"]
        assert columns.stop <= 24
        taken |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


@pytest.mark.parametrize("board", BOARDS, ids=TITLES)
def test_a_dashboard_is_read_only_leads_to_the_others_and_knows_its_variables(board: dict[str, Any]) -> None:
    assert board["editable"] is False
    assert {link["title"] for link in board["links"]} == set(TITLES) - {board["title"]}
    known = {variable["name"] for variable in board["templating"]["list"]}
    used = {"job"} if "$job" in json.dumps(board["panels"]) else set()
    assert known == {"docs", "kibana"} | used


def test_an_alert_leads_to_a_dashboard_that_there_is() -> None:
    assert {rule["annotations"]["dashboard"] for rule in alerts().values()} == {board["uid"] for board in BOARDS} - {
        "growing"
    }, "growth is nothing to be called for"


def test_thresholds_are_those_of_the_alerts() -> None:
    def bounds(title: str) -> list[float]:
        steps = next(panel for _, panel in PANELS if panel["title"] == title)["fieldConfig"]["defaults"]["thresholds"]
        return [step["value"] for step in steps["steps"][1:]]

    for title, alert, bound in (
        ("Since its last call", "SimulatorIsSilent", 300),
        ("The fullest disk has left", "DiskIsNearlyFull", 0.1),
        ("The fullest memory has left", "MemoryIsNearlyGone", 0.05),
        ("Against its budget", "QueryIsOverBudget", 1),
        ("The standby is behind by", "ReplicationLags", 30),
        ("Event loops are late by", "LoopIsLate", 0.1),
    ):
        assert bound in bounds(title), title
        assert alerts()[alert]["expr"].rstrip().endswith(str(bound)), alert


def test_every_recorded_series_that_a_panel_uses_is_recorded() -> None:
    text = json.dumps(BOARDS)
    for word in {word for word in text.replace("(", " ").replace("{", " ").split() if word.count(":") == 2}:
        name = word.strip(',"\\')
        if name.replace(":", "").replace("_", "").isalnum():
            assert name in RULES, name


def test_nobody_may_change_by_hand_what_is_provisioned() -> None:
    provider = yaml.safe_load((PROVISIONING / "dashboards" / "minitwit.yml").read_text("utf-8"))["providers"][0]
    assert (provider["allowUiUpdates"], provider["disableDeletion"]) == (False, True)
    file = yaml.safe_load((PROVISIONING / "datasources" / "minitwit.yml").read_text("utf-8"))
    assert [source["editable"] for source in file["datasources"]] == [False] * 3
