"""From nothing to a swarm with MiniTwit in it."""

import time

from local.rehearse.machines import DOMAIN
from local.rehearse.stage import STACK, Stage

ROLES = {"manager": "manager", "worker-1": "worker", "worker-2": "worker", "database": "database", "logging": "logging"}


def from_nothing(stage: Stage) -> None:
    """`vagrant up`: machines, Docker, firewall, swarm, labels, secrets, the CI server."""
    began = time.monotonic()
    stage.vagrant("up")
    seconds = time.monotonic() - began
    stage.outside.lead_to(stage.machines["manager"].address)
    roles, secrets = _roles(stage), stage.manager("secret", "ls", "--quiet").split()
    stage.show(
        "vagrant up, from nothing",
        f"{len(stage.machines)} machines in {seconds:.0f} s, {len(roles)} of them in the swarm; {len(secrets)} secrets",
        good=roles == ROLES,
    )


def once_more(stage: Stage) -> None:
    """Every step of provisioning again, on every machine: nothing changes."""
    before = stage.manager("secret", "ls", "--quiet"), _nodes(stage)
    began = time.monotonic()
    stage.vagrant("provision")
    seconds = time.monotonic() - began
    after = stage.manager("secret", "ls", "--quiet"), _nodes(stage)
    same = before == after
    stage.show("every step of provisioning a second time", f"{seconds:.0f} s, nothing changed", good=same)


def the_first_release(stage: Stage) -> None:
    """A commit; the CI server builds, pushes, and asks the manager."""
    stage.releases.prepare()
    stage.releases.tell_the_manager()
    began = time.monotonic()
    revision = stage.releases.commit("The first", {})
    stage.releases.release(revision)
    seconds = time.monotonic() - began
    services = stage.manager("stack", "services", "--format", "{{.Name}}", STACK).split()
    sizes = {
        name: stage.machines["ci"].docker(
            "image", "inspect", "--format", "{{.Size}}", stage.releases.image(name, revision)
        )
        for name in ("web", "api", "migrate", "proxy", "database")
    }
    megabytes = {name: round(int(size) / 1e6) for name, size in sizes.items()}
    stage.show(
        f"the first commit on its way to https://{DOMAIN}",
        f"built, pushed and in force in {seconds:.0f} s; {len(services)} services; images in MB: {megabytes}",
        good=all(size < LARGEST[name] for name, size in megabytes.items()),
    )


LARGEST = {"web": 200, "api": 200, "migrate": 200, "proxy": 250, "database": 300}
"""MB that an image of ours may have. The proxy's base is a stand-in, larger than the official one."""


def _roles(stage: Stage) -> dict[str, str]:
    ids = _nodes(stage)
    said = stage.manager(
        "node", "inspect", "--format", "{{.Description.Hostname}} {{.Spec.Labels.role}} {{.Status.State}}", *ids
    )
    rows = [line.split() for line in said.splitlines()]
    return {name: role for name, role, state in rows if state == "ready"}


def _nodes(stage: Stage) -> list[str]:
    return stage.manager("node", "ls", "--quiet").split()
