"""The way of a release, as it is in the field: a commit, the CI server, its registry, the manager.

One thing is not as in the field: `.ci/run` passes at once, because whoever rehearses has run it already.
"""

import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.rehearse.engine import Failed, run
from local.rehearse.machines import ROOT, Machine

BUILT = "web api migrate proxy database prometheus alertmanager"
"""The images whose bases there are here; stack.yml replaces the others."""

OVERRIDE = "/etc/minitwit/rehearsal.yml"


@dataclass(frozen=True, slots=True)
class Releases:
    """A working copy of the project on its way through the CI server."""

    copy: Path
    ci: Machine
    manager: Machine

    def prepare(self) -> None:
        """What this folder holds, uncommitted changes included, becomes the first revision."""
        self.copy.mkdir()
        names = run("git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
        for name in filter(None, names):
            if (ROOT / name).exists():  # not one that is deleted and not yet committed
                (self.copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.copy / name, follow_symlinks=False)
        (self.copy / ".ci" / "run").write_text("#!/bin/sh\necho 'Whoever rehearses has run the tests.'\n")
        run("git", "-C", str(self.copy), "init", "--quiet", "--initial-branch", "main")
        self.ci.run("git", "init", "--quiet", "--bare", "--initial-branch", "main", "/srv/minitwit.git")
        self.ci.run("chown", "-R", "minitwit-ci:", "/srv/minitwit.git")
        self.ci.run("sh", "-c", f"grep -qs IMAGES /etc/minitwit/ci.env || echo 'IMAGES={BUILT}' >>/etc/minitwit/ci.env")

    def tell_the_manager(self) -> None:
        """What is otherwise here: to be said again after Vagrant has written down what the operator chose."""
        stack = Path(__file__).with_name("stack.yml").read_text("utf-8").replace("${MANAGER}", self.manager.address)
        self.manager.run("sh", "-c", f"cat >{OVERRIDE}", given=stack)
        if not self.manager.docker("network", "ls", "--quiet", "--filter", "name=rehearsal"):
            self.manager.docker("network", "create", "--driver", "overlay", "rehearsal")
        lines = f"OVERRIDE={OVERRIDE}\nIMAGES={BUILT.replace(' ', ',')}\n"
        self.manager.run(
            "sh", "-c", "grep -q OVERRIDE /etc/minitwit/stack.env || cat >>/etc/minitwit/stack.env", given=lines
        )

    def commit(self, message: str, changes: Mapping[str, str]) -> str:
        """A revision with these files in it, where the CI server looks for it."""
        for name, text in changes.items():
            (self.copy / name).write_text(text, "utf-8")
        git = ("git", "-C", str(self.copy), "-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@minitwit.example")
        run(*git, "add", "--all")
        run(*git, "commit", "--quiet", "--allow-empty", "--message", message)
        bundle = subprocess.run([*git, "bundle", "create", "--quiet", "-", "main"], capture_output=True, check=True)
        self.ci.run("sh", "-c", "cat >/srv/revision", given=bundle.stdout)
        self.ci.run(
            *("runuser", "-u", "minitwit-ci", "--"),
            *("git", "-C", "/srv/minitwit.git", "fetch", "--quiet", "/srv/revision", "+main:main"),
        )
        return self.head()

    def head(self) -> str:
        """The newest revision."""
        return run("git", "-C", str(self.copy), "rev-parse", "HEAD")

    def image(self, name: str, revision: str) -> str:
        """What an image of ours is called on the CI server."""
        registry = self.ci.run("sed", "-n", "s/^REGISTRY=//p", "/etc/minitwit/ci-machines.env")
        return f"{registry}/{name}:{revision}"

    def release(self, revision: str, *, patience: float = 900) -> str:
        """Wait until the CI server has taken this revision through; what it says at the end. Raises `Failed`."""
        deadline = time.monotonic() + patience
        began = self.ci.run("date", "+%s")
        while self.ci.run("sh", "-c", "cat /var/lib/minitwit-ci/tried 2>/dev/null || true") != revision:
            if time.monotonic() > deadline:
                raise Failed(f"The CI server is not done with {revision} after {patience:.0f} s.")
            self.ci.run("sh", "-c", "systemctl start minitwit-ci.service || true", timeout=patience)
        said = self.ci.run("journalctl", "--unit", "minitwit-ci", "--since", f"@{began}", "--output", "cat")
        if f"{revision} is released." not in said:
            raise Failed(said[-1500:])
        return said
