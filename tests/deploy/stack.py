"""Reads docker-stack.yml and the files that it has to agree with, some of them changed to see a rule fail."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
Keys = dict[str, Any]


@dataclass(frozen=True)
class Service:
    """What the stack says of one service, anchors and merges filled in."""

    name: str
    keys: Keys

    @property
    def image(self) -> str:
        return str(self.keys["image"])

    @property
    def ours(self) -> str:
        """Which image of ours it is; empty for somebody else's."""
        found = re.fullmatch(r"\$\{IMAGE_([A-Z]+):\?\}", self.image)
        return found[1].lower() if found else ""

    @property
    def deploy(self) -> Keys:
        return dict(self.keys.get("deploy", {}))

    @property
    def is_job(self) -> bool:
        return bool(self.deploy["restart_policy"]["condition"] == "on-failure")

    @property
    def is_global(self) -> bool:
        return self.deploy.get("mode") == "global"

    @property
    def limits(self) -> Keys:
        return dict(self.deploy["resources"]["limits"])

    @property
    def networks(self) -> set[str]:
        return set(self.keys["networks"])

    @property
    def names(self) -> set[str]:
        """By which it is found in its networks."""
        networks = self.keys["networks"]
        given = networks.values() if isinstance(networks, dict) else []
        return {self.name, f"tasks.{self.name}", *(alias for each in given for alias in each["aliases"])}

    @property
    def environment(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.keys.get("environment", {}).items()}

    @property
    def words(self) -> list[str]:
        """All that its program is told on its command line."""
        return [*self.keys.get("entrypoint", []), *self.keys.get("command", [])]

    @property
    def secrets(self) -> dict[str, str]:
        """The file below /run/secrets, or its whole path, to the secret in it."""
        given = [{"source": one} if isinstance(one, str) else one for one in self.keys.get("secrets", [])]
        return {one.get("target", one["source"]): one["source"] for one in given}

    @property
    def grace(self) -> int:
        """Seconds from SIGTERM to SIGKILL; Docker's own are ten."""
        return int(self.keys.get("stop_grace_period", "10s").removesuffix("s"))


@dataclass(frozen=True)
class Tree:
    """The project's files, with the text of some replaced."""

    changed: Mapping[str, str] = field(default_factory=dict)

    def read(self, name: str) -> str:
        return self.changed[name] if name in self.changed else (ROOT / name).read_text("utf-8")

    def with_change(self, name: str, was: str, becomes: str) -> "Tree":
        """Fails when there is nothing to change: then the broken copy would not be broken."""
        text = self.read(name)
        if was not in text:
            raise ValueError(f"{name} does not say {was!r}")
        return Tree({**self.changed, name: text.replace(was, becomes)})

    @property
    def text(self) -> str:
        """Of the stack, without comments."""
        return re.sub(r"(^|\s)#.*$", "", self.read("docker-stack.yml"), flags=re.M)

    @cached_property
    def stack(self) -> Keys:
        return dict(yaml.load(self.read("docker-stack.yml"), yaml.CSafeLoader))

    @cached_property
    def services(self) -> dict[str, Service]:
        return {name: Service(name, keys) for name, keys in self.stack["services"].items()}

    def dockerfile(self, service: Service) -> str:
        """What its image, one of ours, is built from."""
        folder = {"web": "", "api": "", "migrate": "", "proxy": "nginx/", "database": "postgres/"}
        return f"deploy/{folder.get(service.ours, service.ours + '/')}Dockerfile"

    def members(self, network: str) -> set[str]:
        return {service.name for service in self.services.values() if network in service.networks}

    def variables(self) -> Iterator[tuple[str, str]]:
        """Each that the stack wants, and what follows its name: `:?` when it may not be missing."""
        return ((name, rest) for name, rest in re.findall(r"(?<!\$)\$\{(\w+)(:[?-])?[^}]*\}", self.text))
