"""The dashboards: from deploy/grafana/questions, which people write, to deploy/grafana/dashboards, which Grafana reads.

`python -m local.watch.grafana` writes them; a test holds that they agree.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "deploy" / "grafana"
QUESTIONS = FOLDER / "questions"
DASHBOARDS = FOLDER / "dashboards"

KINDS = {"stat": "stat", "graph": "timeseries", "bars": "bargauge", "table": "table"}
"""Our words for Grafana's kinds of panels."""

SIZES = {"stat": (6, 4), "graph": (12, 8), "bars": (12, 8), "table": (12, 6)}
"""Width, of 24, and height, of some 30 pixels."""

TABLE = {
    "id": "organize",
    "options": {"excludeByName": {"Time": True}, "renameByName": {"Value": "replicas"}},
}
"""A table shows labels and a number; the moment is the same in each row. It has one query: two would be two tables."""

PROMETHEUS = {"type": "prometheus", "uid": "prometheus"}
SCHEMA_VERSION = 39
"""That of Grafana 11."""

LOGS = (
    "${kibana:raw}/app/discover#/?_g=(time:(from:'${__from:date:iso}',to:'${__to:date:iso}'))"
    "&_a=(index:'minitwit-logs',query:(language:kuery,query:'%s'))"
)
"""Discover's own state. `index`, an old word for the data view, is what Kibana 8 and 9 both understand."""

CHANGES = (
    ("Releases", "count by (version, revision) (minitwit_build_info%s)", "{{version}} {{revision}}", "blue"),
    ("Query files", "count by (hash) (db_query_files%s)", "statements {{hash}}", "purple"),
)
"""What is new for a minute: a name, the series, its words, a color."""

Question = dict[str, Any]


def questions() -> dict[str, Question]:
    """Every question by the name of its file, in their order: title, uid, says, panels, perhaps variables."""
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(QUESTIONS.glob("*.yml"))}


def dashboard(question: Question, others: dict[str, Question]) -> dict[str, Any]:
    """What Grafana reads."""
    return {
        "uid": question["uid"],
        "title": question["title"],
        "description": question["says"],
        "tags": ["minitwit"],
        "editable": False,
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "refresh": "15s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "graphTooltip": 1,
        "links": [
            {"type": "link", "title": other["title"], "url": f"/d/{other['uid']}", "keepTime": True}
            for other in others.values()
            if other is not question
        ],
        "templating": {"list": [_constant("docs"), _constant("kibana"), *_variables(question)]},
        "annotations": {"list": annotations()},
        "panels": panels(question["panels"]),
    }


def panels(of: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each in its place: from left to right, then the next row."""
    placed, x, y, tallest = [], 0, 0, 0
    for number, panel in enumerate(of, start=1):
        width, height = SIZES[panel["kind"]]
        if x + width > 24:
            x, y, tallest = 0, y + tallest, 0
        placed.append(_panel(panel, number, {"x": x, "y": y, "w": width, "h": height}))
        x, tallest = x + width, max(tallest, height)
    return placed


def _panel(panel: dict[str, Any], number: int, place: dict[str, int]) -> dict[str, Any]:
    kind = panel["kind"]
    return {
        "id": number,
        "type": KINDS[kind],
        "title": panel["title"],
        "description": panel["says"],
        "gridPos": place,
        "datasource": PROMETHEUS,
        "links": _links(panel),
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": PROMETHEUS,
                "expr": " ".join(expression.split()),
                "legendFormat": legend,
                **({"instant": True, "range": False, "format": "table"} if kind == "table" else {}),
            }
            for index, (legend, expression) in enumerate(panel["queries"].items())
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(kind),
        **({"transformations": [TABLE]} if kind == "table" else {}),
    }


def _defaults(panel: dict[str, Any]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [
        {"value": None if index == 0 else value, "color": color}
        for index, (value, color) in enumerate(panel.get("thresholds", {0: "text"}).items())
    ]
    defaults: dict[str, Any] = {"unit": panel["unit"], "thresholds": {"mode": "absolute", "steps": steps}}
    if panel["kind"] == "graph":
        style = "line" if len(steps) > 1 else "off"
        defaults["custom"] = {"lineWidth": 1, "fillOpacity": 8, "thresholdsStyle": {"mode": style}}
        defaults["color"] = {"mode": "palette-classic"}
        defaults["min"] = 0 if panel["unit"] != "percentunit" else None
    return {name: value for name, value in defaults.items() if value is not None}


def _options(kind: str) -> dict[str, Any]:
    if kind == "graph":
        return {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
    if kind == "table":
        return {"showHeader": True}
    reduce: dict[str, Any] = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
    more = {"graphMode": "area", "textMode": "value_and_name"} if kind == "stat" else {"displayMode": "basic"}
    return reduce | more | {"orientation": "horizontal" if kind == "bars" else "auto"}


def _links(panel: dict[str, Any]) -> list[dict[str, Any]]:
    """The paragraph to read, and the logs of that moment."""
    links = [{"title": "What to do", "url": f"${{docs:raw}}/deploy/README.md#{panel['runbook'].lower()}"}]
    if "logs" in panel:
        links.append({"title": "The logs of that moment", "url": LOGS % panel["logs"]})
    return [link | {"targetBlank": True} for link in links]


def _constant(name: str) -> dict[str, Any]:
    """An address below minitwit.example, in whose place deploy/grafana/start.sh puts that of the installation."""
    return {"type": "constant", "name": name, "query": f"https://{name}.minitwit.example", "hide": 2}


def _variables(question: Question) -> list[dict[str, Any]]:
    return [
        {
            "type": "query",
            "name": name,
            "label": name,
            "datasource": PROMETHEUS,
            "query": {"query": query, "refId": name},
            "includeAll": True,
            "allValue": ".*",
            "multi": True,
            "current": {"text": "All", "value": "$__all"},
            "refresh": 2,
        }
        for name, query in question.get("variables", {}).items()
    ]


def annotations() -> list[dict[str, Any]]:
    """What is marked in every graph: a release, other query files, an alert while it fires."""
    new = [
        (name, f"{series % ''} unless {series % ' offset 1m'}", words, color) for name, series, words, color in CHANGES
    ]
    return [
        {
            "name": name,
            "datasource": PROMETHEUS,
            "enable": True,
            "expr": expression,
            "titleFormat": words,
            "iconColor": color,
        }
        for name, expression, words, color in [*new, ("Alerts", 'ALERTS{alertstate="firing"}', "{{alertname}}", "red")]
    ]


def written() -> dict[Path, str]:
    """Every file of deploy/grafana/dashboards with the text that it should have."""
    asked = questions()
    return {
        DASHBOARDS / f"{name}.json": json.dumps(dashboard(question, asked), indent=2, ensure_ascii=False) + "\n"
        for name, question in asked.items()
    }


def main() -> int:
    """Write them."""
    for path, text in written().items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
