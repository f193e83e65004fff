"""Vagrant itself on the project's Vagrantfile, with a provider that writes down what it is asked for (recorder.rb)."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RECORDER = Path(__file__).parent / "recorder"
TOKEN = "SWMTKN-1-of-this-test"
ANSWERS: dict[str, Any] = {
    rf"^{name}: .*/address\.sh": f"10.77.0.{number}"
    for number, name in enumerate(("ci", "manager", "worker-1", "worker-2", "worker-3", "database", "logging"), 10)
} | {r"swarm\.sh token": TOKEN, r"swarm\.sh nodes": "id-of-a-node", r"ci\.sh key": "ssh-ed25519 AAAA minitwit-ci"}


@dataclass(frozen=True)
class Said:
    """What Vagrant printed, its exit code, and what it would have done to which machine, in that order."""

    code: int
    words: str
    records: list[dict[str, Any]]

    @property
    def made(self) -> dict[str, dict[str, Any]]:
        return {record["machine"]: record["made"] for record in self.records if "made" in record}

    def steps(self, machine: str | None = None) -> list[str]:
        """Each step that ran, "worker-1: swarm.sh join 10.77.0.12 …" without what it was given by stdin."""
        ran = [
            (record["machine"], sent(record))
            for record in self.records
            if record.get("machine") == (machine or record["machine"])
        ]
        return [f"{name}: {line}" for name, text in ran if (line := step(text))]


def sent(record: dict[str, Any]) -> str:
    return str(record.get("command") or record.get("script") or "")


def step(text: str) -> str:
    """The step that a text of the shell starts, or nothing when it starts none."""
    first = text.split(" <<", maxsplit=1)[0].replace("\\=", "=")
    return first.removeprefix("sh /usr/local/lib/minitwit/") if first.startswith("sh ") else ""


@dataclass(frozen=True)
class Vagrant:
    """A home of its own, where the recorder stands for the provider, and what the operator has chosen."""

    home: Path
    chosen: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, answers: dict[str, Any] | None = None, **chosen: str) -> Said:
        """Run it once; `answers` come before the usual ones. Machines stay made from one run to the next."""
        record = self.home / "record"
        record.write_text("")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "VAGRANT_HOME": str(self.home),
            "VAGRANT_DOTFILE_PATH": str(self.home / "machines"),
            "VAGRANT_CHECKPOINT_DISABLE": "1",
            "RECORD": str(record),
            "ANSWERS": json.dumps((answers or {}) | ANSWERS),
        }
        done = subprocess.run(
            ["vagrant", *arguments],
            cwd=ROOT,
            env=environment | self.chosen | chosen,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return Said(done.returncode, done.stdout, [json.loads(line) for line in record.read_text().splitlines()])


def vagrant_in(folder: Path) -> Vagrant:
    """One whose operator has chosen what has no default; the files hold nothing but their own names."""
    (folder / "Vagrantfile").write_text(f'require "{RECORDER}"\n')
    chosen = {
        "DIGITALOCEAN_TOKEN": "dop_v1_of_this_test",
        "DOMAIN": "minitwit.example",
        "REPOSITORY": "/srv/minitwit.git",
    }
    for name in ("TLS_CERTIFICATE_FILE", "TLS_KEY_FILE", "SIMULATOR_PASSWORD_FILE", "SSH_KEY"):
        (folder / name).write_text(f"the content of {name}")
        chosen[name] = str(folder / name)
    return Vagrant(folder, chosen)
