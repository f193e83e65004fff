"""deploy/images builds what is asked for, under the names that the pipeline pushes: the real script, with a docker that
writes down what it is asked for."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDING = """#!/bin/sh
echo "$*" >>"$RECORD"
case "$*" in *"/$BROKEN:"*) exit 1 ;; esac
"""
ALL = ["web", "api", "migrate", "proxy", "database"]
ALL += ["prometheus", "alertmanager", "grafana", "filebeat", "elasticsearch", "kibana"]


def images(tmp_path: Path, *words: str, **environment: str) -> tuple[int, list[str], str]:
    """The exit code, what docker was asked for, and what was complained of."""
    docker = tmp_path / "docker"
    docker.write_text(RECORDING)
    docker.chmod(0o755)
    given = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "RECORD": str(tmp_path / "record"),
        "BROKEN": "-",
        **environment,
    }
    command = ["sh", str(ROOT / "deploy" / "images"), *words]
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False, cwd=tmp_path)
    record = tmp_path / "record"
    return done.returncode, record.read_text().splitlines() if record.exists() else [], done.stderr


def test_every_image_is_built_under_its_revision(tmp_path: Path) -> None:
    code, asked, _ = images(tmp_path, "registry:5000", "abc123")
    assert code == 0
    assert [f"--tag registry:5000/{name}:abc123" in line for name, line in zip(ALL, asked, strict=True)] == [True] * 11


def test_only_the_doors_and_the_migration_are_told_the_revision(tmp_path: Path) -> None:
    """The others' commands differ in their tag alone, so that with the same files they are the same image."""
    _, asked, _ = images(tmp_path, "r", "abc123")
    told = [line for line in asked if line.replace(":abc123", "").count("abc123")]
    assert [line.partition("--target ")[2].split()[0] for line in told] == ["web", "api", "migrate"]
    assert all("--build-arg REVISION=abc123" in line for line in told)


def test_what_is_named_is_built_and_nothing_else(tmp_path: Path) -> None:
    code, asked, _ = images(tmp_path, "r", "abc123", IMAGES="proxy web")
    assert code == 0
    assert asked == [
        "build --quiet --file deploy/nginx/Dockerfile --tag r/proxy:abc123 .",
        "build --quiet --file deploy/Dockerfile --tag r/web:abc123 --target web --build-arg REVISION=abc123 .",
    ]


def test_where_packages_come_from_is_passed_on_by_name_to_those_who_ask(tmp_path: Path) -> None:
    """Its value, which may hold a password, stands in no list of processes."""
    mirror = "http://alice:secret@mirror.example"
    _, asked, _ = images(tmp_path, "r", "abc123", IMAGES="proxy web", APT_MIRROR=mirror, PIP_INDEX_URL=mirror)
    assert "APT_MIRROR" not in asked[0]
    assert asked[1].endswith("--build-arg APT_MIRROR --build-arg PIP_INDEX_URL .")
    assert "secret" not in "".join(asked)


def test_it_ends_with_the_first_that_cannot_be_built(tmp_path: Path) -> None:
    code, asked, _ = images(tmp_path, "r", "abc123", BROKEN="api")
    assert (code, len(asked)) == (1, 2)


@pytest.mark.parametrize(
    ("words", "chosen", "complaint"),
    [
        (["r"], "web", "deploy/images REGISTRY REVISION: two words are needed.\n"),
        (["r", "abc123"], "website", "There is no image website.\n"),
    ],
)
def test_what_it_does_not_understand_it_says(tmp_path: Path, words: list[str], chosen: str, complaint: str) -> None:
    assert images(tmp_path, *words, IMAGES=chosen) == (2, [], complaint)
