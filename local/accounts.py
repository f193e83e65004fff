"""As whom PostgreSQL runs. It refuses to run as root, so root runs it as somebody else, without changing the machine:
no user is created, no folder above the data is opened to others."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local.children import bound
from local.words import CannotRun

NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")
"""A user namespace in which whoever runs this is called `nobody`: on the disk the files stay their own."""


@dataclass(frozen=True, slots=True)
class Account:
    """The words that stand before a program to run it as this account, and whom its files have to belong to."""

    prefix: tuple[str, ...]
    uid: int
    gid: int

    def command(self, *words: str) -> list[str]:
        """A command of PostgreSQL's. It ends by itself (SIGINT: a fast, clean stop) when the process that started it
        ends, even by SIGKILL."""
        return [*self.prefix, *bound("INT", *words)]

    @property
    def name(self) -> str:
        """What a person calls it."""
        return _name(self.uid)

    def may(self, test: str, path: Path) -> bool:
        """What `test -x PATH` says under this account, also for -r and -w."""
        return subprocess.run(self.command("test", test, str(path)), check=False).returncode == 0

    def own(self, path: Path) -> None:
        """Hand over a file or folder that was made for this account."""
        if (self.uid, self.gid) != (os.geteuid(), os.getegid()):
            os.chown(path, self.uid, self.gid)


def account_for(cluster: Path) -> Account:
    """The account for the data in this folder, which need not exist yet. Raises `CannotRun` when there is none."""
    myself = Account((), os.geteuid(), os.getegid())
    renamed = Account(NAMESPACE, myself.uid, myself.gid)
    owner = cluster.stat().st_uid if cluster.exists() else None
    if owner is not None and owner != myself.uid:
        if myself.uid != 0:
            raise CannotRun(
                f"The data in {cluster} belongs to {_name(owner)}: run as that user, or choose another DATA_DIR."
            )
        return _other(owner, cluster.stat().st_gid)
    if myself.uid != 0 and _known(myself.uid):
        return myself
    if _works(renamed):
        return renamed
    if owner == 0:
        raise CannotRun(
            f"The data in {cluster} belongs to root, PostgreSQL does not run as root, and this machine allows no user "
            "namespace: choose another DATA_DIR, or run as an ordinary user."
        )
    for name in ("postgres", "nobody") if myself.uid == 0 else ():
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        other = _other(entry.pw_uid, entry.pw_gid)
        if _works(other):
            return other
    raise CannotRun(
        "PostgreSQL runs neither as root nor as a user without a name, and here it cannot be run as anyone else: "
        "run as an ordinary user, or name a running database in DATABASE_URL."
    )


def _other(uid: int, gid: int) -> Account:
    return Account(("setpriv", "--reuid", str(uid), "--regid", str(gid), "--clear-groups", "--"), uid, gid)


def _works(account: Account) -> bool:
    return subprocess.run(account.command("true"), capture_output=True, check=False).returncode == 0


def _known(uid: int) -> bool:
    """Whether this number has a name: initdb asks for it, and containers are often run under a number without one."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _name(uid: int) -> str:
    return pwd.getpwuid(uid).pw_name if _known(uid) else f"the user number {uid}"
