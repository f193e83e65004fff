"""The CI server tests, builds, pushes and releases, in that order, and only what passed: a real repository, the real
script, with docker and ssh that write down what they are asked for."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDING = """#!/bin/sh
echo "{name} $*" >>"$RECORD"
case "{name} $*" in
"docker image ls"*) echo "registry:5000/minitwit-web:$(cat "$HOME/revision")" ;;
ssh*) tar -t >"$HOME/archive" ;;
"sudo -E "*) shift && exec "$@" ;;
esac
[ "${{BROKEN:-}}" != "{name} $1" ]
"""


SENT = ["db/migrations/0001-first.sql", "deploy/images", "docker-stack.yml"]
"""What the manager needs of a revision, and gets."""


@dataclass(frozen=True)
class CiServer:
    """A folder with a repository, programs that write down, and the place where the pipeline works."""

    home: Path

    def commit(self, passes: bool = True) -> str:
        """A new revision, whose tests pass or do not."""
        source = self.home / "repository"
        for name, text in {
            ".ci/run": f'#!/bin/sh\necho ci-run >>"$RECORD"\nexit {0 if passes else 1}\n',
            "deploy/images": 'echo "images $*" >>"$RECORD"\n',
            "docker-stack.yml": f"passes: {passes}\n",
            "db/migrations/0001-first.sql": "SELECT 1;\n",
        }.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "A revision")
        revision = self.git("rev-parse", "HEAD")
        (self.home / "revision").write_text(revision)
        return revision

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Alice", "-c", "user.email=alice@example.org")
        command = ["git", *who, "-C", str(self.home / "repository"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def run(self, broken: str = "") -> tuple[int, list[str]]:
        """One look for a new revision: the exit code, and what was asked for."""
        record = self.home / "record"
        record.write_text("")
        environment = {
            "PATH": f"{self.home / 'programs'}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "RECORD": str(record),
            "BROKEN": broken,
            "REPOSITORY": str(self.home / "repository"),
            "BRANCH": "main",
            "REGISTRY": "registry:5000",
            "MANAGER": "10.77.0.11",
        }
        work = self.home / "work"
        work.mkdir(exist_ok=True)
        script = ROOT / "deploy" / "provision" / "pipeline.sh"
        done = subprocess.run(["sh", script, work], env=environment, capture_output=True, check=False, timeout=30)
        return done.returncode, record.read_text().splitlines()


@pytest.fixture
def ci(tmp_path: Path) -> CiServer:
    for name in ("docker", "ssh", "sudo"):
        program = tmp_path / "programs" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(RECORDING.format(name=name))
        program.chmod(0o755)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", tmp_path / "repository"], check=True)
    return CiServer(tmp_path)


def test_what_passed_is_built_pushed_and_released_in_this_order(ci: CiServer) -> None:
    revision = ci.commit()
    code, asked = ci.run()
    assert code == 0
    assert [line.split()[0] for line in asked] == ["sudo", "ci-run", "images", "docker", "docker", "ssh"]
    assert asked[2] == f"images registry:5000 {revision}"
    assert asked[4] == f"docker push --quiet registry:5000/minitwit-web:{revision}"
    assert asked[5].endswith(f"root@10.77.0.11 {revision}")


def test_a_release_brings_the_stack_and_what_it_is_deployed_with(ci: CiServer) -> None:
    ci.commit()
    ci.run()
    sent = (ci.home / "archive").read_text().split()
    assert [name for name in sent if not name.endswith("/")] == SENT


def test_what_did_not_pass_is_not_built(ci: CiServer) -> None:
    ci.commit(passes=False)
    assert ci.run() == (1, ["sudo -E .ci/run", "ci-run"])


def test_what_could_not_be_pushed_is_not_released(ci: CiServer) -> None:
    ci.commit()
    code, asked = ci.run(broken="docker push")
    assert code != 0
    assert not [line for line in asked if line.startswith("ssh")]


def test_a_revision_is_taken_once_whether_it_passed_or_not_and_the_next_one_again(ci: CiServer) -> None:
    ci.commit(passes=False)
    assert ci.run()[0] == 1
    assert ci.run() == (0, [])
    ci.commit()
    assert ci.run()[0] == 0
    assert ci.run() == (0, [])
