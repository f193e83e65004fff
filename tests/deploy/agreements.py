"""What the stack and the files around it have to agree on: each rule yields a sentence for what does not fit."""

import re
from collections.abc import Iterator

import yaml

from tests.deploy.asked import asked, listening
from tests.deploy.stack import ROOT, Tree

REHEARSED = {
    "services": {
        "filebeat": {"image"},
        "elasticsearch": {"image", "deploy"},
        **{
            name: {"image", "deploy"} for name in ("elasticsearch-setup", "elasticsearch-exporter", "grafana", "kibana")
        },
        "blackbox-exporter": {"extra_hosts", "environment", "secrets"},
    },
    "networks": {"data": {"external", "name"}},
}
"""What stands otherwise in the rehearsal: four programs that cannot be had, three that depend on them, and two that the
machine has nothing for."""


def secrets_are_made_elsewhere_and_none_in_vain(tree: Tree) -> Iterator[str]:
    declared = tree.stack["secrets"]
    used = {secret for service in tree.services.values() for secret in service.secrets.values()}
    known = made_up(tree) | given(tree)
    yield from (f"{name} is not external" for name, keys in declared.items() if keys != {"external": True})
    yield from (f"nobody uses the secret {name}" for name in sorted((set(declared) | known) - used))
    yield from (f"nobody makes the secret {name}" for name in sorted((set(declared) | used) - known))
    yield from (f"the secret {name} is not declared" for name in sorted(used - set(declared)))


def made_up(tree: Tree) -> set[str]:
    script = re.sub(r"\\\n\s*", " ", tree.read("deploy/provision/secrets.sh"))
    pairs = re.findall(r"^(?:role|certificate) (\w+) (\w+)", script, re.M)
    single = re.findall(r"^for name in (.*); do$", script, re.M)
    return {name for pair in pairs for name in pair} | {name for line in single for name in line.split()}


def given(tree: Tree) -> set[str]:
    return set(re.findall(r'"\w+_FILE" => "(\w+)"', tree.read("deploy/vagrant/choices.rb")))


def a_secret_that_is_read_is_there(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        text = " ".join([*service.words, *service.environment.values()])
        for name in re.findall(r"/run/secrets/(\w+)", text):
            if name not in service.secrets:
                yield f"{service.name} reads {name}, which it does not have"


def no_password_stands_here(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        for name, value in service.environment.items():
            if re.search("PASS|SECRET|TOKEN|KEY|DATABASE_URL", name) and not value.startswith("/run/secrets/"):
                yield f"{service.name}: {name} is no file of a secret"
    yield from (f"{name} would be in a listing" for name, _ in tree.variables() if re.search("PASS|TOKEN|KEY", name))
    yield from (f"{found} has a password" for found in re.findall(r"\w+://[^\s/@]*:[^\s/@]*@", tree.text))
    yield from (f"{found} is a password" for found in re.findall(r"(?i)password[= ]+(?!\$\$\()\w+", tree.text))


def each_is_in_the_networks_it_needs(tree: Tree) -> Iterator[str]:
    need: dict[str, set[str]] = {name: set() for name in ("edge", "data", "monitoring", "logging")}
    for asker, name, _ in asked(tree):
        at = next((service for service in tree.services.values() if name in service.names), None)
        if at is None:
            yield f"{asker} asks for {name}, and there is no such service"
        elif not (shared := tree.services[asker].networks & at.networks):
            yield f"{asker} is in no network with {name}"
        else:
            need[meeting(shared, {asker, at.name})] |= {asker, at.name}
    for network, members in need.items():
        for name in sorted(tree.members(network) - members):
            yield f"{name} has no business in {network}"


def meeting(shared: set[str], who: set[str]) -> str:
    """Where two talk who could in several networks: Grafana and Prometheus do not need the edge for it."""
    if "proxy" in who and "edge" in shared:
        return "edge"
    return "monitoring" if "monitoring" in shared else min(shared)


def who_is_asked_listens_there(tree: Tree) -> Iterator[str]:
    for asker, name, port in asked(tree):
        for service in tree.services.values():
            if name in service.names and port not in listening(tree, service):
                yield f"{asker} asks {name} at {port}, and it listens at {sorted(listening(tree, service))}"


def the_edge_leads_to_what_the_proxy_shows_and_data_is_encrypted(tree: Tree) -> Iterator[str]:
    shown = {"web", "api", "grafana", "kibana"}
    if (leads := {name.removeprefix("tasks.") for asker, name, _ in asked(tree) if asker == "proxy"}) != shown:
        yield f"the proxy leads to {sorted(leads)}"
    for name in ("web", "api"):
        if (shared := tree.services["proxy"].networks & tree.services[name].networks) != {"edge"}:
            yield f"the proxy shares {sorted(shared)} with {name}"
    for name, keys in tree.stack["networks"].items():
        if (keys.get("driver_opts") == {"encrypted": ""}) != (name == "data"):
            yield f"{name} is encrypted, or is not and should be"


def a_config_has_the_hash_of_its_file_in_its_name(tree: Tree) -> Iterator[str]:
    hashed = dict(re.findall(r"^(CONFIG_\w+)=\$\(hash ([\w./]+)\)$", tree.read("deploy/release"), re.M))
    used = {one["source"] for service in tree.services.values() for one in service.keys.get("configs", [])}
    for name, keys in tree.stack["configs"].items():
        found = re.fullmatch(r"[\w]+-\$\{(CONFIG_\w+):\?\}", keys["name"])
        if not found or hashed.get(found[1]) != keys["file"]:
            yield f"the config {name} would stay when {keys['file']} changes"
        if name not in used:
            yield f"nobody uses the config {name}"
        if not (ROOT / keys["file"]).is_file():
            yield f"{keys['file']} is not there"


def every_variable_is_set(tree: Tree) -> Iterator[str]:
    release, choices = tree.read("deploy/release"), tree.read("deploy/vagrant/choices.rb")
    (all_images,) = re.findall(r'^all="(.*)"$', release, re.M)
    (exported,) = re.findall(r"^export ([A-Z_ ]+)$", release, re.M)
    (always,) = re.findall(r"^ +\[(.*), \*OPTIONAL\.select", choices, re.M)
    (optional,) = re.findall(r"OPTIONAL = %w\[(.*)\]", choices)
    certain = {f"IMAGE_{name.upper()}" for name in all_images.split()} | set(exported.split())
    certain |= set(re.findall(r'"(\w+)"', always))
    wanted = set(tree.variables())
    for name, rest in sorted(wanted):
        if name not in certain | set(optional.split()):
            yield f"nobody sets {name}"
        elif (rest == ":?") != (name in certain):
            yield f"{name} is not wanted as it is given"
    for name in sorted((certain | set(optional.split())) - {name for name, _ in wanted}):
        yield f"{name} is set for nobody"
    (built,) = re.findall(r"^images=\$\{IMAGES:-(.*)\}$", tree.read("deploy/images"), re.M)
    if built != all_images:
        yield "deploy/images builds other images than deploy/release releases"


def the_rehearsal_replaces_what_cannot_run_there_and_nothing_else(tree: Tree) -> Iterator[str]:
    override = yaml.safe_load(tree.read("local/rehearse/stack.yml"))
    override.pop("version")
    found = {kind: {name: set(keys) for name, keys in each.items()} for kind, each in override.items()}
    if found != REHEARSED:
        yield f"the rehearsal replaces {found}"
    for name, keys in override.get("services", {}).items():
        if name not in tree.services:
            yield f"the rehearsal replaces {name}, and there is no such service"
        if "resources" in keys.get("deploy", {}) and set(keys["deploy"]) != {"resources"}:
            yield f"the rehearsal changes how {name} is deployed"


RULES = (
    secrets_are_made_elsewhere_and_none_in_vain,
    a_secret_that_is_read_is_there,
    no_password_stands_here,
    each_is_in_the_networks_it_needs,
    who_is_asked_listens_there,
    the_edge_leads_to_what_the_proxy_shows_and_data_is_encrypted,
    a_config_has_the_hash_of_its_file_in_its_name,
    every_variable_is_set,
    the_rehearsal_replaces_what_cannot_run_there_and_nothing_else,
)
