"""The manager makes up what nobody has to know, once: the real script and openssl, and a docker that keeps files."""

import os
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.nginx  # which brings openssl

STEP = Path(__file__).parents[2] / "deploy" / "provision" / "secrets.sh"
DOCKER = """#!/bin/sh
case "$2" in
ls) ls "$STORE" ;;
create) cat >"$STORE/$3" ;;
rm) rm "$STORE/$3" ;;
esac
"""


@dataclass(frozen=True)
class Manager:
    home: Path

    def make_secrets(self, given: str = "") -> dict[str, str]:
        """All secrets of the swarm afterwards."""
        environment = {"PATH": f"{self.home}:{os.environ['PATH']}", "STORE": str(self.store)}
        subprocess.run(
            ["sh", STEP], input=given, env=environment, check=True, capture_output=True, text=True, timeout=30
        )
        return {path.name: path.read_text() for path in self.store.iterdir()}

    @property
    def store(self) -> Path:
        return self.home / "store"


@pytest.fixture
def manager(tmp_path: Path) -> Manager:
    (tmp_path / "store").mkdir()
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    return Manager(tmp_path)


def test_every_password_is_another_and_stands_in_the_address_of_its_role(manager: Manager) -> None:
    secrets = manager.make_secrets("tls_key b2YgdGhlIG9wZXJhdG9y\n")
    assert secrets.pop("tls_key") == "of the operator"
    assert len(set(secrets.values())) == len(secrets)
    for role, address in (("minitwit", "database_url"), ("minitwit_site", "database_url_site")):
        assert f"{role}:{secrets[role]}@db:5432,standby:5432/minitwit" in secrets[address]


def test_nothing_is_replaced_by_a_second_run(manager: Manager) -> None:
    assert manager.make_secrets() == manager.make_secrets()


def test_the_certificate_of_the_backups_names_the_three_that_show_it_and_fits_its_key(manager: Manager) -> None:
    manager.make_secrets()
    certificate, key = manager.store / "backup_certificate", manager.store / "backup_key"
    ssl.create_default_context(cafile=certificate).load_cert_chain(certificate, key)  # raises when they do not fit
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-subject", "-ext", "subjectAltName", "-in", certificate],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "CN = backup" in shown
    assert "DNS:repository, DNS:db-agent, DNS:standby-agent" in shown


@pytest.mark.parametrize("left", ["backup_key", "backup_certificate"])
def test_half_a_pair_that_is_left_of_a_run_that_was_cut_short_is_replaced_as_a_whole(
    manager: Manager, left: str
) -> None:
    before = manager.make_secrets()
    (manager.store / ({"backup_key", "backup_certificate"} - {left}).pop()).unlink()
    after = manager.make_secrets()
    assert after["backup_key"] != before["backup_key"]
    ssl.create_default_context().load_cert_chain(manager.store / "backup_certificate", manager.store / "backup_key")
