"""What must not be found: open ports, and secrets where they have no business."""

import base64

from local.rehearse.machines import DOMAIN
from local.rehearse.stage import STACK, Stage

OPEN = {"manager": [22, 80, 443]}
"""Of every other machine, only ssh."""

CANARY = "the domain"
"""Which is no secret, and stands in an environment: whoever looks for secrets has to find it."""


def ports_from_outside(stage: Stage) -> None:
    """All 65,535 of every machine, asked from outside."""
    ports = stage.outside.open_ports(*(machine.address for machine in stage.machines.values()))
    found = dict(zip(stage.machines, ports, strict=True))
    good = all(ports == OPEN.get(name, [22]) for name, ports in found.items())
    stage.show("a port scan of every machine from outside", str(found), good=good)


def no_secret_lies_about(stage: Stage) -> None:
    """Each secret's own value, looked for in images, environments, command lines and logs of every machine."""
    secrets = _secrets(stage)
    wanted = {**secrets, CANARY: DOMAIN}
    places = {
        "environments and arguments of containers": "docker ps --all --quiet | xargs -r docker inspect",
        "layers' commands and images' environments": (
            "docker image ls --quiet | sort -u | while read -r image; do docker image inspect $image;"
            " docker history --no-trunc $image; done"
        ),
        "services": "docker service ls --quiet 2>/dev/null | xargs -r docker service inspect",
        "containers' logs": "cat /var/lib/docker/containers/*/*-json.log* 2>/dev/null",
        "the machine's journal": "journalctl --output cat",
    }
    found = [
        f"{name} in {place} of {machine.name}"
        for machine in stage.machines.values()
        for place, command in places.items()
        for name in _named(machine.run("sh", "-c", f"({command}) || true", timeout=300), wanted)
    ]
    canaries = [each for each in found if each.startswith(CANARY)]
    found = [each for each in found if each not in canaries]
    stage.show(
        f"{len(secrets)} secrets in images, environments, logs of {len(stage.machines)} machines",
        "; ".join(found) or "none found",
        good=not found and len(secrets) > 15 and f"{CANARY} in services of manager" in canaries,
    )


def _secrets(stage: Stage) -> dict[str, str]:
    """What the swarm keeps, as a job on the manager reads it: a file a name."""
    names = stage.manager("secret", "ls", "--format", "{{.Name}}").split()
    given = [word for name in names for word in ("--secret", name)]
    probe = f"{STACK}_probe"
    stage.manager(
        *("service", "create", "--quiet", "--name", probe, "--constraint", "node.labels.role==manager", *given),
        *("debian:bookworm-slim", "sleep", "infinity"),
    )
    read = 'for file in /run/secrets/*; do printf "%s " "${file##*/}"; base64 -w 0 "$file"; echo; done'
    try:
        stage.until("the probe runs", lambda: bool(stage.tasks("probe")), 60)
        lines = stage.inside("probe", "sh", "-c", read).splitlines()
    finally:
        stage.manager("service", "rm", probe)
    values = {name: base64.b64decode(text).decode() for name, text in (line.split() for line in lines)}
    del values["simulator_password"]  # a published one
    # Of a certificate or a key, a line in the middle; it would be known by that, too. Certificates are no secret.
    return {
        name: value.splitlines()[len(value.splitlines()) // 2]
        for name, value in values.items()
        if "certificate" not in name
    }


def _named(text: str, secrets: dict[str, str]) -> list[str]:
    return [name for name, value in secrets.items() if value in text]
