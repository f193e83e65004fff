"""What an image does first: the migration with a swarm's secrets, and the scripts that fill in what a program does not
fill in itself. Each runs for real, with its folders elsewhere."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
import yaml

from db import Database, roles
from tests.conftest import signed_in_as
from tests.deploy.dockerfiles import finals

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PRINTS = """#!/bin/sh
echo "$*"
env | grep -E '^(FILEBEAT|KIBANA|ELASTIC)_' | sort
"""


async def test_the_migration_takes_everything_from_a_swarms_secrets(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    """As the image starts it, in a folder of read-only files that holds what is for others, too."""
    secrets = {role: f"new {role}" for role in roles.WHO_SIGN_IN}
    secrets |= {"database_url": database_url, "minitwit": "the owner's", "simulator_password": "of no role"}
    for name, content in secrets.items():
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(0o444)
    (image,) = [stage for stage in finals((DEPLOY / "Dockerfile").read_text("utf-8")) if stage.name == "migrate"]
    python, *words = [word.replace("/run/secrets", str(tmp_path)) for word in image.command()]
    stated = {name: value.replace("/run/secrets", str(tmp_path)) for name, value in image.environment().items()}
    assert (python, stated["DATABASE_URL_FILE"]) == ("python", str(tmp_path / "database_url"))
    environment = {**stated, "PATH": os.environ["PATH"], "REVISION": "abc123"}
    pipe = asyncio.subprocess.PIPE
    try:
        running = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe
        )
        out, err = await running.communicate()
        assert (running.returncode, err) == (0, b"")
        assert b"new " not in out
        for role in roles.WHO_SIGN_IN:
            connection = await asyncpg.connect(signed_in_as(role, database_url), password=f"new {role}")
            await connection.close()
    finally:
        assert roles.grant(database_url, {role: role.upper() for role in roles.WHO_SIGN_IN}) == ""


def start(service: str, tmp_path: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs its start.sh, which starts a program that prints its words and what it was told of secrets."""
    (tmp_path / "program").write_text(PRINTS)
    (tmp_path / "program").chmod(0o755)
    given = {"PATH": os.environ["PATH"], "PROGRAM": f"{tmp_path}/program", "SECRETS": str(tmp_path), **environment}
    command = ["sh", str(DEPLOY / service / "start.sh"), *words]
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False, timeout=10)


@pytest.mark.parametrize(
    ("service", "secrets", "command"),
    [
        ("filebeat", {"filebeat_password": "FILEBEAT_PASSWORD"}, "-e"),
        ("elasticsearch", {"elasticsearch_password": "ELASTIC_PASSWORD"}, "eswrapper"),
        (
            "kibana",
            {
                "kibana_encryption_key": "KIBANA_ENCRYPTION_KEY",
                "kibana_session_key": "KIBANA_SESSION_KEY",
                "kibana_system_password": "KIBANA_SYSTEM_PASSWORD",
            },
            "",
        ),
    ],
)
def test_a_secret_reaches_one_process_and_without_it_nothing_starts(
    service: str, secrets: dict[str, str], command: str, tmp_path: Path
) -> None:
    refused = start(service, tmp_path)
    assert refused.returncode != 0
    assert f"{tmp_path}/" in refused.stderr, "which file is missing"
    for name in secrets:
        (tmp_path / name).write_text(f"it's ${name}")
    done = start(service, tmp_path, *(["-e"] if service == "filebeat" else []))
    assert done.stdout.splitlines() == [command, *(f"{secrets[name]}=it's ${name}" for name in sorted(secrets))]


@pytest.mark.parametrize("service", ["filebeat", "kibana"])
def test_what_the_configuration_names_is_what_the_script_sets(service: str) -> None:
    named = re.findall(r"\$\{([A-Z_]+)\}", (DEPLOY / service / f"{service}.yml").read_text("utf-8"))
    set_here = re.findall(r"^([A-Z_]+)=\$\(cat", (DEPLOY / service / "start.sh").read_text("utf-8"), re.MULTILINE)
    assert set(named) - {"DOMAIN"} == set(set_here)


MAIL = {
    "SMTP_HOST": "mail.example:587",
    "SMTP_USER": r"a|b&c\1",
    "MAIL_FROM": "MiniTwit's <o'neil@example.org>",
    "MAIL_TO": "a@example.org #1: ${HOME}",
    "WEBHOOK_URL": "https://chat.example/hooks?a=1&b=%7C",
}


def alertmanager(tmp_path: Path, **given: str) -> str:
    """The configuration that the script writes. The program it starts is told where that is."""
    written = tmp_path / "alertmanager.yml"
    template = str(DEPLOY / "alertmanager" / "alertmanager.yml.template")
    done = start("alertmanager", tmp_path, "--more", TEMPLATE=template, WRITTEN=str(written), **given)
    assert done.stdout == f"--config.file={written} --more\n", done.stderr
    return written.read_text("utf-8")


@pytest.mark.alertmanager
@pytest.mark.parametrize(
    "left_out",
    [(), ("SMTP_USER",), ("WEBHOOK_URL",), ("SMTP_HOST",), ("SMTP_HOST", "WEBHOOK_URL"), tuple(MAIL)],
    ids=str,
)
def test_alertmanager_understands_what_is_written_with_any_of_it_left_out(
    tmp_path: Path, left_out: tuple[str, ...]
) -> None:
    alertmanager(tmp_path, **{name: value for name, value in MAIL.items() if name not in left_out})
    checked = subprocess.run(
        ["amtool", "check-config", tmp_path / "alertmanager.yml"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_every_value_arrives_as_it_was_given(tmp_path: Path) -> None:
    written = yaml.safe_load(alertmanager(tmp_path, **MAIL))
    pages, tickets = written["receivers"]
    found = written["global"]
    assert (found["smtp_smarthost"], found["smtp_from"]) == (MAIL["SMTP_HOST"], MAIL["MAIL_FROM"])
    assert found["smtp_auth_username"] == MAIL["SMTP_USER"]
    assert [each["email_configs"][0]["to"] for each in (pages, tickets)] == [MAIL["MAIL_TO"]] * 2
    assert pages["webhook_configs"][0]["url"] == MAIL["WEBHOOK_URL"]


def test_without_a_mail_server_alerts_are_only_shown(tmp_path: Path) -> None:
    written = yaml.safe_load(alertmanager(tmp_path))
    assert written["receivers"] == [{"name": "pages"}, {"name": "tickets"}]
    assert written["global"] is None
    assert written["inhibit_rules"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"MAIL_TO": ""}, "With SMTP_HOST, MAIL_FROM and MAIL_TO have to be set, too.\n"),
        ({"MAIL_TO": "a\nroute: b"}, "SMTP_HOST, SMTP_USER, MAIL_FROM, MAIL_TO and WEBHOOK_URL are one line each.\n"),
    ],
)
def test_half_of_it_is_refused_in_a_sentence(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    done = start("alertmanager", tmp_path, **(MAIL | changes))
    assert (done.returncode, done.stderr) == (1, words)


def prometheus(tmp_path: Path, domain: str) -> subprocess.CompletedProcess[str]:
    """Its script with its folders here, and `echo` in the place of Prometheus."""
    shutil.copy(DEPLOY / "prometheus" / "certificates.yml.template", tmp_path)
    text = (DEPLOY / "prometheus" / "start.sh").read_text("utf-8")
    text = text.replace("/etc/prometheus/cert", f"{tmp_path}/cert").replace(">/tmp/", f">{tmp_path}/")
    text = text.replace("exec /bin/prometheus", "exec echo")
    environment = {"PATH": os.environ["PATH"], "DOMAIN": domain}
    return subprocess.run(["sh", "-c", text], env=environment, capture_output=True, text=True, check=False)


def test_prometheus_is_told_whose_certificates_to_look_at(tmp_path: Path) -> None:
    assert prometheus(tmp_path, "minitwit.example").returncode == 0
    (written,) = yaml.safe_load((tmp_path / "certificates.yml").read_text("utf-8"))
    names = ["minitwit.example", "api.minitwit.example", "grafana.minitwit.example", "kibana.minitwit.example"]
    assert written == {"targets": [f"{name}:443" for name in names]}


def grafana(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Its script with its folders here, and `echo` in the place of Grafana."""
    environment |= {"PATH": os.environ["PATH"], "PROGRAM": "echo", "WRITTEN": str(tmp_path / "dashboards")}
    environment |= {"DASHBOARDS": str(DEPLOY / "grafana" / "dashboards")}
    script = str(DEPLOY / "grafana" / "start.sh")
    return subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=False)


def test_grafanas_links_lead_to_this_installation(tmp_path: Path) -> None:
    docs = "https://forge.example/us/minitwit/blob/main"
    assert grafana(tmp_path, DOMAIN="our.example", DOCS_URL=docs).returncode == 0
    shown = {path.name: path.read_text("utf-8") for path in (tmp_path / "dashboards").iterdir()}
    assert len(shown) == 7
    for name, text in shown.items():
        before = (DEPLOY / "grafana" / "dashboards" / name).read_text("utf-8")
        made = before.replace("https://docs.minitwit.example", docs).replace("minitwit.example", "our.example")
        assert text == made != before
        assert "https://kibana.our.example" in text
        assert "minitwit.example" not in text


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "DOMAIN has to be the site's host name.\n"),
        ({"DOMAIN": "a|b"}, "DOMAIN has to be the site's host name.\n"),
        (
            {"DOMAIN": "a.b", "DOCS_URL": "https://a/|b"},
            "DOCS_URL has to be an address: letters, digits and .:/_~- only.\n",
        ),
    ],
)
def test_grafana_does_not_start_with_what_is_no_address(
    tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    done = grafana(tmp_path, **environment)
    assert (done.returncode, done.stderr) == (1, words)


@pytest.mark.parametrize("domain", ["", "a/b", "minitwit.example:443", 'a"b'])
def test_prometheus_does_not_start_without_a_host_name(tmp_path: Path, domain: str) -> None:
    done = prometheus(tmp_path, domain)
    assert (done.returncode, done.stderr) == (1, "DOMAIN has to be the site's host name.\n")
