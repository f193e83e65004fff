"""`make watch`: what runs is what is deployed, but for where things are found; it says where to look, and stops."""

import copy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import yaml

from local.watch import configuration, programs
from local.watch.__main__ import PORTS
from local.words import CannotRun
from tests.watching.rules import PROMETHEUS, promtool

ROOT = Path(__file__).parents[2]
ADDRESSES = {
    "tasks.web": ["127.0.0.2:8000", "127.0.0.3:8000"],
    "tasks.alertmanager": ["127.0.0.1:9093"],
    "blackbox-exporter:9115": ["127.0.0.1:9115"],
    "localhost:9090": ["127.0.0.1:9091"],
}


def without_discovery(config: dict[str, object]) -> dict[str, object]:
    """The configuration but for what says where things are."""
    bare = copy.deepcopy(config)
    for place in (*bare["scrape_configs"], *bare["alerting"]["alertmanagers"]):  # type: ignore[misc, index]  # as YAML has it
        for key in ("dns_sd_configs", "static_configs"):
            place.pop(key, None)
        for rule in place.get("relabel_configs", ()):
            rule.pop("replacement", None)
    return bare


def test_nothing_but_where_things_are_found_is_another_than_deployed(tmp_path: Path) -> None:
    path = configuration.prometheus(tmp_path, ADDRESSES, ["localhost:8443"])
    made, deployed = (yaml.safe_load(each.read_text("utf-8")) for each in (path, PROMETHEUS / "prometheus.yml"))
    assert without_discovery(made) == without_discovery(deployed)
    for rules in (PROMETHEUS / "rules").glob("*.yml"):
        assert (tmp_path / "rules" / rules.name).read_text("utf-8") == rules.read_text("utf-8")
    (web,) = [job for job in made["scrape_configs"] if job["job_name"] == "web"]
    assert web["static_configs"] == [{"targets": ["127.0.0.2:8000", "127.0.0.3:8000"]}]


@pytest.mark.promtool
def test_prometheus_takes_it(tmp_path: Path) -> None:
    assert promtool("check", "config", configuration.prometheus(tmp_path, ADDRESSES, ["localhost:8443"], 1.0)) == ""


@contextmanager
def watching() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "local.watch"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


@pytest.mark.watching
def test_it_says_where_to_look_and_stops_whole_within_ten_seconds() -> None:
    with watching() as process:
        assert process.stdout
        said = ""
        while "Ctrl-C" not in said and (line := process.stdout.readline()):
            said += line
        for words in (
            "https://localhost:8443",
            "http://api.localhost:8080",
            "http://127.0.0.1:9090/alerts",
            "make dashboards",
        ):
            assert words in said
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) > 10, "doors, nginx, databases, exporters, Prometheus, Alertmanager"
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert time.monotonic() - began < 10
        left = [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
        assert left == [], "the dead that nobody has buried yet are gone all the same"


@pytest.mark.watching
def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", PORTS["prometheus"])), watching() as process:
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert said == "Port 9090, meant for prometheus, is in use: stop the program that listens there.\n"


def test_a_program_that_is_missing_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRun, match=r"install .*openssl, prometheus, prometheus-alertmanager"):
        programs.path("prometheus")
