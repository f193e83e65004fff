"""Whoever tests MiniTwit runs .ci/run and nothing else of substance: at GitHub, at Travis, on the CI server."""

import re
import shlex
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TRAVIS = yaml.safe_load((ROOT / ".travis.yml").read_text("utf-8"))
GITHUB = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))


def run_by_travis(description: dict[str, Any]) -> list[str]:
    """Every command of every phase that Travis knows."""
    phases = (*("before_install", "install", "before_script", "script", "after_script", "deploy"), "after_success")
    commands = [description[phase] for phase in phases if phase in description]
    return [line for command in commands for line in (command if isinstance(command, list) else [command])]


def run_by_github(workflow: dict[str, Any]) -> list[str]:
    """Every command of every job, and every action but the one that fetches the source."""
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    done = [step.get("run") or step["uses"] for step in steps]
    return [each for each in done if not each.startswith("actions/checkout@")]


def test_travis_runs_ci_run_and_nothing_else_where_github_does() -> None:
    (command,) = run_by_travis(TRAVIS)
    container = GITHUB["jobs"]["ci"]["container"]
    words = ["docker", "run", "--rm", container["options"], "--volume", *container["volumes"]]
    words += ["--volume", "$PWD:/minitwit", "--workdir", "/minitwit"]
    words += [word for name, value in container["env"].items() for word in ("--env", f"{name}={value}")]
    assert shlex.split(command) == [*words, container["image"], ".ci/run"]


def test_github_runs_ci_run_and_nothing_else() -> None:
    assert run_by_github(GITHUB) == [".ci/run"]


def test_a_second_command_would_be_seen() -> None:
    assert run_by_travis(TRAVIS | {"after_success": "make deploy"})[1:] == ["make deploy"]
    more = deepcopy(GITHUB)
    more["jobs"]["ci"]["steps"].append({"uses": "someone/else@v1"})
    assert run_by_github(more) == [".ci/run", "someone/else@v1"]


def test_a_failure_cannot_pass_for_a_success() -> None:
    for description in (TRAVIS, GITHUB):
        assert not re.search(r"allow_failures|continue-on-error|fast_finish|\bif\b", yaml.safe_dump(description))


def test_github_gives_the_run_no_more_than_reading() -> None:
    assert GITHUB["permissions"] == {"contents": "read"}
    assert "secrets." not in (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")


@pytest.mark.parametrize("name", [".travis.yml", ".github/workflows/ci.yml"])
def test_the_description_is_well_formed(name: str) -> None:
    rules = "{document-start: disable, truthy: {check-keys: false}, comments: {min-spaces-from-content: 1}"
    rules = f"{{extends: default, rules: {rules}, line-length: {{max: 120}}}}}}"
    checked = subprocess.run(
        [sys.executable, "-m", "yamllint", "--strict", "-d", rules, str(ROOT / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_ci_run_can_be_started() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
