"""Filebeat, Elasticsearch, Kibana and Grafana cannot run here. So every key that we give them stands in a list beside
the page of their documentation that has it, and no list has one that is not used."""

import configparser
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.watching.documents import FIELDS, MAPPINGS
from tests.watching.rules import DEPLOY

STACK = DEPLOY.parent / "docker-stack.yml"
DOCUMENTED = Path(__file__).parent / "documented"


def keys(value: Any, prefix: str = "") -> Iterator[str]:
    """Every key by its dotted name; the items of a list share one."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from keys(inner, f"{prefix}{name}.")
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        yield prefix.rstrip(".")
        for item in value:
            yield from keys(item, prefix)
    else:
        yield prefix.rstrip(".")


def of_yaml(*paths: Path) -> set[str]:
    return {key for path in paths for key in keys(yaml.safe_load(path.read_text("utf-8")))}


def of_ini(path: Path) -> set[str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path, "utf-8")
    return {f"{section}.{key}" for section in parser.sections() for key in parser[section]}


def of_objects() -> set[str]:
    folder = DEPLOY / "elasticsearch"
    paths = [*folder.glob("policies/*.json"), *folder.glob("roles/*.json"), *folder.glob("templates/*[sg]s.json")]
    found = {key for path in paths for key in keys(json.loads(path.read_text("utf-8")))}
    return {key for key in found if not key.startswith("template.mappings.")}  # those are looked at by themselves


USED: dict[str, Callable[[], set[str]]] = {
    "filebeat": lambda: of_yaml(DEPLOY / "filebeat" / "filebeat.yml"),
    "filebeat-labels": lambda: {name for each in labels().values() for name in each},
    "elasticsearch": lambda: of_yaml(DEPLOY / "elasticsearch" / "elasticsearch.yml"),
    "elasticsearch-objects": of_objects,
    "kibana": lambda: of_yaml(DEPLOY / "kibana" / "kibana.yml"),
    "grafana": lambda: of_ini(DEPLOY / "grafana" / "grafana.ini"),
    "grafana-provisioning": lambda: of_yaml(*(DEPLOY / "grafana" / "provisioning").glob("*/*.yml")),
}


def labels() -> dict[str, dict[str, str]]:
    """Each service's labels for Filebeat."""
    services = yaml.safe_load(STACK.read_text("utf-8"))["services"]
    return {name: service["labels"] for name, service in services.items() if "labels" in service}


def documented(program: str) -> dict[str, str]:
    """Each key with its page."""
    pages = yaml.safe_load((DOCUMENTED / f"{program}.yml").read_text("utf-8"))
    return {key: page for page, names in pages.items() for key in names}


@pytest.mark.parametrize("program", USED)
def test_every_key_is_documented_and_every_documented_key_is_used(program: str) -> None:
    assert USED[program]() == set(documented(program))
    assert all(
        re.match(r"https://(www\.elastic\.co|grafana\.com)/docs/", page) for page in documented(program).values()
    )


def test_a_misspelt_key_would_be_found(tmp_path: Path) -> None:
    text = (DEPLOY / "filebeat" / "filebeat.yml").read_text("utf-8")
    (tmp_path / "filebeat.yml").write_text(text.replace("expand_keys", "expand_key"), "utf-8")
    assert of_yaml(tmp_path / "filebeat.yml") - set(documented("filebeat")) == {
        "filebeat.inputs.parsers.ndjson.expand_key"
    }


def test_a_service_whose_lines_are_json_says_so_and_each_is_bounded() -> None:
    spoken = {name for name, each in labels().items() if each.get("co.elastic.logs/json.expand_keys") == "true"}
    assert spoken == {"proxy", "web", "api", "migrate"}
    assert {name for name, each in labels().items() if each["co.elastic.logs/enabled"] == "true"} == spoken
    services = yaml.safe_load(STACK.read_text("utf-8"))["services"]
    bound = {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}}
    assert all(service["logging"] == bound for service in services.values())
    assert json.dumps(bound["options"])[1:-1] in (DEPLOY / "provision" / "docker.sh").read_text("utf-8")


def test_the_mapping_is_strict_and_uses_types_that_there_are() -> None:
    assert MAPPINGS["dynamic"] == "strict"
    assert {field["type"] for field in FIELDS.values()} == {
        "date",
        "text",
        "keyword",
        "long",
        "float",
        "ip",
        "wildcard",
    }
    assert {key for field in FIELDS.values() for key in field} == {"type", "format", "ignore_above"}
    assert set(MAPPINGS["_meta"]["required"]) <= FIELDS.keys()


def test_kibanas_objects_are_whole_and_ask_for_fields_that_there_are() -> None:
    objects = [json.loads(line) for line in (DEPLOY / "kibana" / "minitwit.ndjson").read_text("utf-8").splitlines()]
    known = {(each["type"], each["id"]) for each in objects}
    for each in objects:
        assert {(other["type"], other["id"]) for other in each["references"]} <= known
    searches = [each["attributes"] for each in objects if each["type"] == "search"]
    assert [search["title"] for search in searches] == [
        *("Slowest requests", "Errors by type", "One request, end to end", "Failed sign-ins", "Simulator errors"),
        "Lines that did not parse (must be 0)",
    ]
    for search in searches:
        query = json.loads(search["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"]["query"]
        asked = (
            set(re.findall(r"([\w.@]+)(?::| >=)", query))
            | set(search["columns"])
            | {sort[0] for sort in search["sort"]}
        )
        assert asked <= FIELDS.keys(), search["title"]


def test_the_links_of_the_dashboards_ask_for_fields_that_there_are() -> None:
    for path in (DEPLOY / "grafana" / "questions").glob("*.yml"):
        for panel in yaml.safe_load(path.read_text("utf-8"))["panels"]:
            for name in re.findall(r"([\w.@]+)(?::| >=?| <)", panel.get("logs", "")):
                assert name in FIELDS, f"{path.name}: {panel['title']}: {name}"


def test_filebeat_may_write_logs_and_nothing_else() -> None:
    role = json.loads((DEPLOY / "elasticsearch" / "roles" / "filebeat.json").read_text("utf-8"))
    assert role["cluster"] == ["monitor"]
    assert role["indices"] == [{"names": ["logs-minitwit-*"], "privileges": ["auto_configure", "create_doc"]}]


@pytest.mark.parametrize("folder", ["filebeat", "elasticsearch", "kibana", "grafana"])
def test_no_secret_stands_in_a_file(folder: str) -> None:
    for path in (path for path in (DEPLOY / folder).rglob("*") if path.is_file() and "dashboards" not in path.parts):
        for line in path.read_text("utf-8").splitlines():
            if found := re.search(r"(?i)(password|api_key|secret_?key|encryptionKey)\s*[:=]\s*(\S.*)", line):
                assert re.match(r"\$\{|\$__file\{|\$\(cat|\"?%s", found[2].strip('"')), f"{path.name}: {line}"


def test_the_setup_is_a_sound_shell_script() -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    checked = subprocess.run(
        [shellcheck, DEPLOY / "elasticsearch" / "setup"], capture_output=True, text=True, check=False
    )
    assert checked.stdout == ""


def test_what_keeps_the_logs_may_take_so_much_memory_and_no_more() -> None:
    def options(path: Path) -> list[str]:
        return [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]

    assert options(DEPLOY / "elasticsearch" / "heap.options") == ["-Xms1g", "-Xmx1g"]
    assert options(DEPLOY / "kibana" / "node.options") == ["--max-old-space-size=768"]
