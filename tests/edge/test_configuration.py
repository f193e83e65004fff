"""nginx finds no fault with the configuration, and what it takes from elsewhere is there."""

import base64
import hashlib
import re
import subprocess
from pathlib import Path

import pytest

from local.watch.proxy import FOLDER, command, defaults, render
from tests.edge.conftest import Certificate
from tests.edge.nginx import DOMAIN

TEMPLATES = sorted(FOLDER.glob("templates/**/*.template"))


def checked(folder: Path, certificate: Certificate, changes: dict[str, str] | None = None) -> tuple[int, str]:
    """The exit code of `nginx -t` on the defaults, and what it says."""
    path = str(certificate.certificate)
    files = {"TLS_CERTIFICATE": path, "TLS_KEY": str(certificate.key), "KIBANA_AUTHORITY": path, "DOMAIN": DOMAIN}
    ports = {name: f"127.0.0.1:{number}" for name, number in (("LISTEN_HTTP", 1080), ("LISTEN_HTTPS", 1443))}
    render(folder, defaults() | files | ports | {"LISTEN_STATUS": "127.0.0.1:1081"}, changes)
    ran = subprocess.run(command(folder, "-t"), capture_output=True, text=True, timeout=20, check=False)
    return ran.returncode, ran.stderr


def test_nginx_finds_no_fault(tmp_path: Path, certificate: Certificate) -> None:
    code, said = checked(tmp_path, certificate)
    assert code == 0, said
    assert not re.search(r"\[(warn|error|crit|alert|emerg)\]", said), said
    assert "test is successful" in said


@pytest.mark.parametrize(
    ("changes", "level", "fault"),
    [
        ({"gzip_types text/css": "gzip_types text/html text/css"}, "[warn]", "duplicate MIME type"),
        ({"server_name api.${DOMAIN};": "server_name ${DOMAIN};"}, "[warn]", "conflicting server name"),
        ({"map $https $hsts": "map $https $hstz"}, "[emerg]", 'unknown "hsts" variable'),
    ],
)
def test_it_would_find_one(
    tmp_path: Path, certificate: Certificate, changes: dict[str, str], level: str, fault: str
) -> None:
    said = checked(tmp_path, certificate, changes)[1]
    assert level in said
    assert fault in said


def test_every_variable_has_a_default_and_a_row_for_the_operator_and_no_other_has() -> None:
    used = {name for path in TEMPLATES for name in re.findall(r"\$\{([A-Z_]+)\}", path.read_text("utf-8"))}
    readme = (FOLDER / "README.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]*)` \|", readme, re.MULTILINE))
    assert used == defaults().keys()
    assert rows == defaults()


def test_a_variable_of_nginx_is_never_taken_for_one_of_the_environment() -> None:
    for path in TEMPLATES:
        assert not re.search(r"\$[A-Z]", path.read_text("utf-8")), path.name


def test_the_page_for_people_is_whole_without_the_site_and_its_style_is_the_one_allowed() -> None:
    page = (FOLDER / "pages" / "error.html").read_text("utf-8")
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = (FOLDER / "templates" / "snippets" / "refused-people.conf.template").read_text("utf-8")
    assert f"'sha256-{digest}'" in allowed
    assert not re.search(r"src=|<link|<script|url\(|@import", page)
