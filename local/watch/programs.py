"""Where the programs are that Debian packages, and which are missing."""

import shutil

from local.words import CannotRun

PACKAGES = {
    "openssl": "openssl",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "prometheus-elasticsearch-exporter": "prometheus-elasticsearch-exporter",
    "prometheus-nginx-exporter": "prometheus-nginx-exporter",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "prometheus-postgres-exporter": "prometheus-postgres-exporter",
}
"""Each program by the package of Debian and Ubuntu that brings it."""


def path(program: str) -> str:
    """Its path. Raises `CannotRun` with the names of all packages that are missing."""
    found = {name: shutil.which(name) for name in PACKAGES}
    if missing := sorted(PACKAGES[name] for name, where in found.items() if where is None):
        raise CannotRun(f"To watch MiniTwit, install {', '.join(missing)}; scripts/tools does it where it may.")
    return str(found[program])
