"""The secrets of the swarm's database, as files that only its account can read."""

import subprocess
from pathlib import Path

from local.accounts import Account

PASSWORDS = {
    "minitwit": "of the owner",
    "replication_password": "0f-the-0ther",
    "backup_passphrase": "0f-the-repository",
}


def write(folder: Path, account: Account) -> None:
    """One file for each; the certificate is this machine's own name's."""
    for name, text in (PASSWORDS | {"backup_key": "", "backup_certificate": ""}).items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
        account.own(folder / name)
    files = ["-keyout", f"{folder}/backup_key", "-out", f"{folder}/backup_certificate"]
    names = ["-subj", "/CN=backup", "-addext", "subjectAltName=DNS:localhost"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run(["openssl", "req", *kind, *names, *files], check=True, capture_output=True)
