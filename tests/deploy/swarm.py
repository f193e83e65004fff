"""A manager on which nothing runs: `docker`, `curl` and `sleep` are small scripts that write down what they are asked
for, and answer what the files in a folder say."""

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL

ROOT = Path(__file__).parents[2]
REVISION = "0123abcd"
REGISTRY = "10.77.0.10:5000"

CURL = """#!/bin/sh
for address; do :; done # the last word
name=${address#*/v2/} name=${name%%/*}
echo "curl $*" >>"$RECORD"
[ ! -e "$SAYS/missing-$name" ] || exit 22
printf 'HTTP/1.1 200 OK\\r\\nDocker-Content-Digest: sha256:%s\\r\\nContent-Length: 1\\r\\n' "$name"
"""

# What a question is answered with lies in a file named after it. A service is there when the file `services` names it.
DOCKER = """#!/bin/sh
for last; do :; done
there() { grep -qs "^$1 " "$SAYS/services"; }
case "$*" in
"node ls --quiet") cut -d ' ' -f 1 "$SAYS/nodes"; exit ;;
"node inspect --format {{.Status.State}}"*) sed -n "s/^$last .* //p" "$SAYS/nodes"; exit ;;
"node inspect"*) sed -n "s/^$last //p" "$SAYS/nodes"; exit ;;
"service inspect"*)
    there "$last" || { echo "no such service: $last" >&2; exit 1; }
    case $* in
    *ContainerSpec.Image*) cat "$SAYS/image" 2>/dev/null ;;
    *migrations*) cat "$SAYS/migrations" ;;
    *Replicas*) sed -n "s|^$last ./||p" "$SAYS/services" ;;
    *State*) cut -d , -f 1 "$SAYS/updated-$last" 2>/dev/null ;;
    *StartedAt*) cut -d , -f 2 "$SAYS/updated-$last" 2>/dev/null ;;
    esac
    exit 0 ;;
"service ps"*desired-state*) sed "s|$| $IMAGE Failed 9 seconds ago|" "$SAYS/failed" 2>/dev/null; exit ;;
"service ps"*.Image*) sed "s|^|$IMAGE |" "$SAYS/task-$last" 2>/dev/null; exit ;;
"service ps"*) cat "$SAYS/task-${last%-[0-9]*}"; exit ;;
"service create"*) [ ! -e "$SAYS/refused" ] || { echo "docker $*" >>"$RECORD"; echo "Docker refuses." >&2; exit 1; } ;;
"stack services"*)
    [ ! -e "$SAYS/silent" ] || exit 1
    case $* in *Replicas*) cat "$SAYS/services" ;; *) cut -d ' ' -f 1 "$SAYS/services" ;; esac
    exit ;;
esac
echo "docker $*" >>"$RECORD"
case "$*" in
"service update"*) cat "$SAYS/fails" >>"$SAYS/failed" 2>/dev/null || true ;;
"stack deploy"*)
    env >"$SAYS/environment"
    [ ! -e "$SAYS/refused" ] || { echo "Docker refuses." >&2; exit 1; }
    cp "$SAYS/afterwards" "$SAYS/services"
    for rolled in "$SAYS"/during-*; do
        [ ! -e "$rolled" ] || echo "$(cat "$rolled"),$(date -u '+%Y-%m-%d %H:%M:%S.%N +0000 UTC')" \\
            >"$SAYS/updated-${rolled#*/during-}"
    done ;;
esac
"""

# Nobody waits, and what was to happen meanwhile, if anything, has happened.
SLEEP = """#!/bin/sh
echo "sleep $*" >>"$RECORD"
[ "$(grep -c ^sleep "$RECORD")" != 2 ] || mv "$SAYS/after-sleeping" "$SAYS/task-minitwit_migrate" 2>/dev/null || true
"""

SERVICES = ("web 2/2", "api 2/2", "migrate 0/1", "db 1/1", "filebeat 5/5", "elasticsearch-setup 0/1")


@dataclass(frozen=True)
class Manager:
    home: Path

    @property
    def lock(self) -> Path:
        return self.home / "lock"

    def prepare(self) -> None:
        """Two workers that take work, one that is drained, one that is down; no stack yet. A release will go well."""
        for name, text in {"docker": DOCKER, "curl": CURL, "sleep": SLEEP}.items():
            program = self.home / "programs" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(text)
            program.chmod(0o755)
        (self.home / "says").mkdir()
        states = ["manager active ready", "worker active ready", "worker active ready", "worker drain ready"]
        states += ["worker active down", "database active ready", "logging active ready"]
        self.says("nodes", *(f"node-{number} {state}" for number, state in enumerate(states)))
        self.says("afterwards", *(f"minitwit_{line}" for line in SERVICES))
        for job in ("migrate", "elasticsearch-setup"):
            self.says(f"task-minitwit_{job}", "Complete 3 seconds ago ")

    def says(self, what: str, *lines: str) -> None:
        (self.home / "says" / what).write_text("".join(f"{line}\n" for line in lines))

    def has_a_stack(self) -> None:
        """One with the migrations of this release."""
        self.says("services", *(f"minitwit_{line}" for line in SERVICES))
        content = b"".join(path.read_bytes() for path in sorted((ROOT / "db" / "migrations").glob("*.sql")))
        self.says("migrations", hashlib.sha256(content).hexdigest()[:12])

    def run(
        self, script: str, *words: str, given: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> tuple[int, str, str]:
        """The exit code, what was printed, what was complained of."""
        done = subprocess.run(
            ["sh", str(ROOT / script), *words],
            env=self.started_with(environment),
            input=given,
            capture_output=True,
            check=False,
            timeout=20,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def cut_short(self, script: str, *words: str, by: signal.Signals, after: str) -> int:
        """The exit code of a script that gets this signal once it has asked Docker for this."""
        environment = self.started_with(None)
        process = subprocess.Popen(["sh", str(ROOT / script), *words], env=environment, stdout=DEVNULL, stderr=DEVNULL)
        ends = time.monotonic() + 20
        while not any(after in line for line in self.record) and time.monotonic() < ends:
            time.sleep(0.01)
        process.send_signal(by)
        return process.wait(20)

    def started_with(self, environment: Mapping[str, str] | None) -> dict[str, str]:
        """The environment of a script, and nothing recorded yet."""
        (self.home / "record").write_text("")
        known = {
            "PATH": f"{self.home / 'programs'}:{os.environ['PATH']}",
            "RECORD": str(self.home / "record"),
            "SAYS": str(self.home / "says"),
            "REGISTRY": REGISTRY,
            "PATIENCE": "6",
            "IMAGE": f"{REGISTRY}/migrate@sha256:migrate",
            "RELEASES": str(self.home / "releases"),
            "MINITWIT_ETC": str(self.home / "says"),
            "LOCK": str(self.lock),
        }
        return {**known, **(environment or {})}

    def release(self, **environment: str) -> tuple[int, str, str]:
        return self.run("deploy/release", REVISION, environment=environment)

    @property
    def record(self) -> list[str]:
        """What was asked for and changed, line by line."""
        return (self.home / "record").read_text().splitlines()

    @property
    def changed(self) -> list[str]:
        """What Docker was asked to do, in this order."""
        return [line.removeprefix("docker ") for line in self.record if line.startswith("docker ")]

    @property
    def fetched(self) -> list[str]:
        return [line for line in self.record if line.startswith("curl ")]

    @property
    def environment(self) -> dict[str, str]:
        """In which the stack was deployed."""
        lines = (self.home / "says" / "environment").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)
