"""What each container of the stack has to keep to: each rule yields a sentence for a service that does not."""

import re
from collections.abc import Iterator

from core.settings import Settings
from tests.deploy.dockerfiles import finals
from tests.deploy.stack import Service, Tree

WHOLE_PROCESSOR = {
    "db": "its machine is its own",
    "standby": "it may become the primary, and has to follow in any case",
    "elasticsearch": "its machine is there for it, and a merge that is slowed down holds up what arrives",
}

WRITABLE = {
    "elasticsearch": "keeps a store of keys in its config/",
    "kibana": "writes its optimised plugins and its uuid beside its program",
}

CAPABLE = {"filebeat": "reads files of other users: root's of the containers, PostgreSQL's own"}

GLOBAL = {
    "node-exporter": "every machine has a processor and a disk that fill up",
    "filebeat": "every machine has containers that write lines",
}

ENDS = {
    "migrate": "ends when the schema is that of the release",
    "elasticsearch-setup": "ends when Elasticsearch has what it needs",
}

UNCHECKED = {
    **ENDS,
    "filebeat": "a new one does not help while Elasticsearch is away; LogPipelineIsSilent looks at what arrives",
    "node-exporter": "Prometheus asks it every 15 s: TargetIsDown",
    "nginx-exporter": "Prometheus asks it every 15 s: TargetIsDown",
    "postgres-exporter": "Prometheus asks it every 15 s: TargetIsDown",
    "blackbox-exporter": "Prometheus asks it every minute: TargetIsDown",
    "elasticsearch-exporter": "Prometheus asks it every 15 s: TargetIsDown",
}

PLACES = {
    "manager": {
        *("proxy", "migrate", "repository", "prometheus", "alertmanager", "grafana"),
        *("nginx-exporter", "postgres-exporter", "blackbox-exporter", "elasticsearch-exporter"),
    },
    "worker": {"web", "api"},
    "database": {"db", "db-agent"},
    "logging": {"standby", "standby-agent", "elasticsearch", "elasticsearch-setup", "kibana"},
}


def only_the_proxy_publishes(tree: Tree) -> Iterator[str]:
    wanted = [{"target": port, "published": port, "protocol": "tcp", "mode": "host"} for port in (80, 443)]
    for service in tree.services.values():
        if service.keys.get("ports", []) != (wanted if service.name == "proxy" else []):
            yield f"{service.name} publishes {service.keys.get('ports')}"


def each_is_limited(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        wanted = {"memory"} if service.name in WHOLE_PROCESSOR else {"memory", "cpus"}
        if set(service.limits) != wanted:
            yield f"{service.name} is limited in {sorted(service.limits)}"


def what_is_reserved_is_within_the_limit(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        reserved = service.deploy["resources"].get("reservations")
        if service.is_job:
            continue  # it runs for seconds, where there is room
        if not reserved or set(reserved) != {"memory", "cpus"}:
            yield f"{service.name} reserves {reserved}"
        elif size(reserved["memory"]) > size(service.limits["memory"]):
            yield f"{service.name} reserves more memory than it may use"


def size(words: str) -> int:
    return int(words[:-1]) * {"M": 1, "G": 1024}[words[-1]]


def lines_are_bounded(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        if service.keys.get("logging") != {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}}:
            yield f"{service.name} may fill a disk with its lines"


def a_release_that_fails_is_taken_back(tree: Tree) -> Iterator[str]:
    """Not what ends: there is nothing to go back to. Not what is global: after the first that fails Docker leaves the
    others as they are. deploy/release tells of both."""
    for service in tree.services.values():
        update, back = service.deploy.get("update_config", {}), service.deploy.get("rollback_config", {})
        if service.is_job or service.is_global:
            taken_back = update.get("failure_action", "pause") == ("continue" if service.is_job else "pause")
        else:
            taken_back = (update.get("failure_action"), back.get("failure_action")) == ("rollback", "pause")
            taken_back &= update.get("parallelism") == 1 and update.get("order") == back.get("order")
        if not taken_back:
            yield f"{service.name} is not taken back when it fails"


def a_door_goes_when_the_next_one_has_come(tree: Tree) -> Iterator[str]:
    for door in ("web", "api"):
        if tree.services[door].deploy["update_config"]["order"] != "start-first":
            yield f"{door} goes before the next one has come"


def what_holds_a_volume_or_a_port_goes_before_the_next_one_comes(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        holds = "ports" in service.keys or any(each["type"] == "volume" for each in service.keys.get("volumes", []))
        order = service.deploy.get("update_config", {}).get("order", "stop-first")  # which is Docker's own
        if holds and order != "stop-first":
            yield f"{service.name} comes while the one before still holds what only one may hold"


def what_ends_is_begun_again_only_when_it_failed(tree: Tree) -> Iterator[str]:
    if (jobs := {service.name for service in tree.services.values() if service.is_job}) != set(ENDS):
        yield f"{sorted(jobs)} are run to their end"


def root_file_systems_are_read_only(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        if service.keys.get("read_only", False) != (service.name not in WRITABLE):
            yield f"{service.name} may write into its image, or need not be on the list"


def capabilities_are_dropped(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        if (service.keys.get("cap_drop") == ["ALL"]) == (service.name in CAPABLE) or "cap_add" in service.keys:
            yield f"{service.name} has capabilities, or need not be on the list"


def nobody_is_cut_off_while_it_drains(tree: Tree) -> Iterator[str]:
    (nginx,) = re.findall(r"^worker_shutdown_timeout (\d+)s;", tree.read("deploy/nginx/nginx.conf"), re.M)
    drains = {"web": Settings.read({}).shutdown_seconds, "api": Settings.read({}).shutdown_seconds, "proxy": int(nginx)}
    for name, seconds in drains.items():
        if tree.services[name].grace <= seconds + 2:  # before its signal comes, and after its last answer
            yield f"{name} is killed after {tree.services[name].grace} s and drains for {seconds}"


def images_are_pinned(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        if not service.ours and not re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", service.image):
            yield f"{service.name} is whatever {service.image} is today"


def each_stands_on_its_machine(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        roles = [role for role, names in PLACES.items() if service.name in names]
        wanted = [f"node.labels.role == {role}" for role in roles]
        found = service.deploy.get("placement", {}).get("constraints", [])
        if service.is_global != (service.name in GLOBAL) or found != wanted:
            yield f"{service.name} stands where {found} says"


def doors_are_one_a_worker(tree: Tree) -> Iterator[str]:
    for door in (tree.services["web"], tree.services["api"]):
        spread = door.deploy["placement"].get("preferences")
        if not str(door.deploy.get("replicas")).startswith("${WORKERS:?") or spread != [{"spread": "node.id"}]:
            yield f"{door.name} is not one replica a worker"


def nobody_has_a_virtual_address(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        if service.deploy.get("endpoint_mode") != "dnsrr":
            yield f"{service.name} has a virtual address"


def each_has_a_health_check(tree: Tree) -> Iterator[str]:
    for service in tree.services.values():
        if health_is_checked(tree, service) == (service.name in UNCHECKED):
            yield f"{service.name} is not looked after, or need not be on the list"


def health_is_checked(tree: Tree, service: Service) -> bool:
    given = service.keys.get("healthcheck", {})
    if given or not service.ours:
        return bool(given) and not given.get("disable", False)
    stages = finals(tree.read(tree.dockerfile(service)))
    (stage,) = [stage for stage in stages if stage.name in {service.ours, "the image"}]
    return stage.last("HEALTHCHECK") not in {"", "NONE"}


RULES = (
    only_the_proxy_publishes,
    each_is_limited,
    what_is_reserved_is_within_the_limit,
    lines_are_bounded,
    a_release_that_fails_is_taken_back,
    a_door_goes_when_the_next_one_has_come,
    what_holds_a_volume_or_a_port_goes_before_the_next_one_comes,
    what_ends_is_begun_again_only_when_it_failed,
    root_file_systems_are_read_only,
    capabilities_are_dropped,
    nobody_is_cut_off_while_it_drains,
    images_are_pinned,
    each_stands_on_its_machine,
    doors_are_one_a_worker,
    nobody_has_a_virtual_address,
    each_has_a_health_check,
)
