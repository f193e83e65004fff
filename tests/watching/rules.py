"""The rules of deploy/prometheus, and a copy of them in which something may be changed."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
PROMTOOL = "promtool"


@cache
def rules() -> list[dict[str, Any]]:
    """Every rule of every file, in their order."""
    files = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(PROMETHEUS.glob("rules/*.yml"))]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def alerts() -> dict[str, dict[str, Any]]:
    """Every alert by its name."""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


@cache
def cases() -> dict[str, dict[str, Any]]:
    """Every test of promtool's by its name: `DoorIsGone fires`."""
    files = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(PROMETHEUS.glob("tests/*.yml"))]
    return {case["name"]: case for file in files for case in file["tests"]}


def copied(folder: Path) -> Path:
    """A copy of deploy/prometheus in this folder, with the file that is made when deploying."""
    copy = folder / "prometheus"
    shutil.copytree(PROMETHEUS, copy)
    template = (copy / "certificates.yml.template").read_text("utf-8")
    (copy / "certificates.yml").write_text(template.replace("${DOMAIN}", "minitwit.test"), "utf-8")
    return copy


def keep(path: Path, case: str) -> None:
    """Leave only the test of this name in one of promtool's files."""
    file = yaml.safe_load(path.read_text("utf-8"))
    file["tests"] = [test for test in file["tests"] if test["name"] == case]
    assert file["tests"], f"{case} is not in {path.name}"
    path.write_text(yaml.safe_dump(file, allow_unicode=True), "utf-8")


def promtool(*words: str | Path) -> str:
    """What it says; an empty text when it finds nothing wrong."""
    ran = subprocess.run([PROMTOOL, *map(str, words)], capture_output=True, text=True, timeout=120, check=False)
    said = ran.stdout + ran.stderr
    return said if ran.returncode or "WARNING" in said else ""


def change(path: Path, old: str, new: str) -> None:
    """Replace a text that has to be there."""
    text = path.read_text("utf-8")
    assert old in text, f"{old} is not in {path.name}"
    path.write_text(text.replace(old, new), "utf-8")


def headings(page: Path) -> list[str]:
    """The third-level headings of a page: one a runbook paragraph."""
    return re.findall(r"^### (.+)$", page.read_text("utf-8"), re.MULTILINE)
