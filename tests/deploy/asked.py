"""Who in the swarm asks whom, by which name and at which port: as the configuration of each says it."""

import re
from collections.abc import Iterator

from tests.deploy.dockerfiles import finals
from tests.deploy.stack import Service, Tree

Ask = tuple[str, str, str]
"""The service that asks, the name, the port."""

POSTGRESQL, PGBACKREST = "5432", "8432"
PORTS = {
    "node-exporter": "9100",
    "nginx-exporter": "9113",
    "elasticsearch-exporter": "9114",
    "blackbox-exporter": "9115",
    "postgres-exporter": "9187",
    **dict.fromkeys(("db", "standby"), POSTGRESQL),
    **dict.fromkeys(("repository", "db-agent", "standby-agent"), PGBACKREST),
}
"""Of images that name none: what their programs listen on."""

URL = r"https?://([a-z-]+):(\d+)"
FILES = {
    "deploy/grafana/provisioning/datasources/minitwit.yml": ("grafana", URL),
    "deploy/filebeat/filebeat.yml": ("filebeat", URL),
    "deploy/kibana/kibana.yml": ("kibana", URL),
    "deploy/elasticsearch/setup": ("elasticsearch-setup", URL),
    "deploy/nginx/variables.env": ("proxy", r"_UPSTREAM=([\w.-]+):(\d+)"),
    "deploy/prometheus/prometheus.yml": (
        "prometheus",
        r"(?:names: \[|replacement: )([\w.-]+)(?:\], type: A, port: |:)(\d+)",
    ),
}


def asked(tree: Tree) -> Iterator[Ask]:
    for file, (asker, pattern) in FILES.items():
        for name, port in re.findall(pattern, tree.read(file)):
            yield asker, name, port
    for service in tree.services.values():
        for name, port in re.findall(URL, " ".join(service.words)):
            yield service.name, name, port
        yield from of_the_data(tree, service)


def of_the_data(tree: Tree, service: Service) -> Iterator[Ask]:
    """Of PostgreSQL and its backups."""
    if any(secret.startswith("database_url") for secret in service.secrets.values()):
        for name, port in re.findall(r"[@,](\w+):(\d+)(?=[,/])", tree.read("deploy/provision/secrets.sh")):
            yield service.name, name, port
    if "PEER" in service.environment:
        yield service.name, service.environment["PEER"], POSTGRESQL
        (repository,) = re.findall(r"^repo1-host=(.+)$", tree.read("deploy/postgres/pgbackrest/server.conf"), re.M)
        yield service.name, repository, PGBACKREST
    if "DATA_SOURCE_URI" in service.environment:
        name, _, rest = service.environment["DATA_SOURCE_URI"].partition(":")
        for slot in range(1, service.deploy["replicas"] + 1):
            yield service.name, name.replace("{{.Task.Slot}}", str(slot)), rest.partition("/")[0]
    if "backup_passphrase" in service.secrets:
        (agents,) = re.findall(r'"\$\{SERVERS:=(.*)\}"', tree.read("deploy/postgres/repository"))
        for name in agents.split():
            yield service.name, name, PGBACKREST


def listening(tree: Tree, service: Service) -> set[str]:
    """The ports of this service."""
    if service.name in PORTS:
        return {PORTS[service.name]}
    stages = finals(tree.read(tree.dockerfile(service)))
    (stage,) = [stage for stage in stages if stage.name in {service.ours, "the image"}]
    return {port for rest in stage.all("EXPOSE") for port in rest.split()}
