"""The operator's pages say what the stack, the scripts and the choices say."""

import ast
import re
import subprocess

import pytest

from local.rehearse.pages import commands
from tests.deploy.agreements import given, made_up
from tests.deploy.stack import ROOT, Service, Tree

TREE = Tree()
SWARM = TREE.read("deploy/swarm.md")
DROPLETS = TREE.read("deploy/droplets.md")
PLACES = {
    "node.labels.role == manager": "manager",
    "node.labels.role == worker": "workers",
    "node.labels.role == database": "database",
    "node.labels.role == logging": "logging",
}


def test_the_page_of_the_swarm_has_each_service_as_it_is() -> None:
    shown = {name: row for row in rows(SWARM, "The services") for name in re.findall(r"`([\w-]+)`", row[0])}
    assert shown.keys() == TREE.services.keys()
    for name, (_, place, networks, limits, replaced) in shown.items():
        service = TREE.services[name]
        assert set(networks.split(", ")) == service.networks, name
        assert limits == ", ".join(spoken_limits(service)), name
        assert replaced.split(",")[0] == how_replaced(service), name
        assert place.startswith((where(service), "beside each")), name


def test_a_page_that_is_behind_would_be_found() -> None:
    moved = TREE.with_change("docker-stack.yml", "limits: {memory: 3G}", "limits: {memory: 4G}")
    assert spoken_limits(moved.services["db"]) != spoken_limits(TREE.services["db"]) == ["3 GB"]


def test_the_page_of_the_droplets_has_each_secret_and_no_other() -> None:
    shown = {name for row in rows(DROPLETS, "Secrets") for name in re.findall(r"`([\w]+)`", row[0])}
    assert shown == made_up(TREE) | given(TREE)


def test_the_page_of_the_droplets_has_each_choice_and_its_default() -> None:
    shown = {
        name: row[1].strip("`") if len(row) == 3 else ""
        for row in rows(DROPLETS, "What may be chosen")
        for name in re.findall(r"`([A-Z_]+)`", row[0])
    }
    example = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", TREE.read(".env.example"), re.M))
    assert shown.keys() == example.keys()
    for name, default in re.findall(r'^ +"([A-Z_]+)" => "([^"]*)",?$', TREE.read("deploy/vagrant/choices.rb"), re.M):
        if name in example and default == example[name]:
            assert shown[name] == default, name


def test_each_sentence_by_which_a_release_ends_has_its_row() -> None:
    ends = re.findall(r'(?:fail|^echo) "([^"]*)', TREE.read("deploy/release"), re.M)
    said = [re.sub(r"\s+", " ", row[0]) for row in rows(SWARM, "Release")]
    assert len(ends) >= 7
    for sentence in ends:
        constant = max(re.split(r"\$\([^)]*\)+|\$\{?[@\w]+\}?|\\\n|[()]", sentence), key=len).strip(" .:,$")
        assert any(constant in each for each in said), sentence


def test_every_script_of_a_machine_is_on_the_page_of_the_droplets() -> None:
    for script in sorted((ROOT / "deploy" / "provision").glob("*.sh")):
        assert script.name in DROPLETS, script.name


def rows(page: str, section: str) -> list[list[str]]:
    """The cells of each row of the tables below this heading, without the tables' heads."""
    text = page.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {lines[index - 1] for index, line in enumerate(lines) if set(line) <= set("|- ")}
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line not in heads and not set(line) <= set("|- ")
    ]


def spoken_limits(service: Service) -> list[str]:
    memory = re.sub(r"([MG])$", r" \1B", str(service.limits["memory"]))
    return [str(service.limits["cpus"]), memory] if "cpus" in service.limits else [memory]


def how_replaced(service: Service) -> str:
    if service.is_job:
        return "runs to its end"
    if service.is_global:
        return "each"
    return {"start-first": "rolling", "stop-first": "stop first"}[service.deploy["update_config"]["order"]]


def where(service: Service) -> str:
    constraints = service.deploy.get("placement", {}).get("constraints", [])
    return PLACES[constraints[0]] if constraints else "every machine"


def typed() -> list[tuple[str, str]]:
    """What the rehearsal looks for: a page, and words of a block of commands on it."""
    looked = re.compile(r"""commands\(("[^"]+"), ("[^"]+")\)""")
    acts = (ROOT / "local" / "rehearse" / "acts").glob("*.py")
    found = [match for path in acts for match in looked.findall(path.read_text("utf-8"))]
    return [(ast.literal_eval(page), ast.literal_eval(mark)) for page, mark in found]


def test_the_rehearsal_types_commands() -> None:
    assert len(typed()) >= 6


@pytest.mark.parametrize(("page", "mark"), typed())
def test_what_the_rehearsal_types_stands_on_the_page_once(page: str, mark: str) -> None:
    lines = commands(page, mark)
    assert any(mark in line for line in lines)
    shell = subprocess.run(["sh", "-n"], input="\n".join(lines), capture_output=True, text=True, check=False)
    assert (shell.returncode, shell.stderr) == (0, "")
