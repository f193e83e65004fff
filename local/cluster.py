"""PostgreSQL's data on the disk: made by `initdb`, recognised, and who serves it now. Starting it is in postgres.py."""

import os
import re
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from core.settings import child_environment
from local.accounts import Account, account_for
from local.programs import Programs
from local.words import CannotRun

USER = "minitwit"
"""Who owns everything, and migrates."""

ROLES = ("minitwit_site", "minitwit_api", "minitwit_dba", "minitwit_metrics")
"""Who else signs in; db/roles.sql says what each may do."""

HALF_MADE = ".half-made-"
"""How a folder begins in which data is being made: what is called so is removed, and nobody calls one of theirs so."""

SOCKET = ".s.PGSQL."
"""How PostgreSQL calls its UNIX socket, with the port behind it."""

LONGEST_SOCKET = 107
"""Bytes that the path of a UNIX socket may have; a checkout may lie deeper."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A folder that holds the data in `cluster/`, and beside it `password`, `passwords/` with a file for each role,
    `postgres.log`, and the last `url` and `url-dba`."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def password(self) -> Path:
        return self.folder / "password"

    @property
    def passwords(self) -> Path:
        return self.folder / "passwords"

    @property
    def account(self) -> Account:
        return account_for(self.data)

    def major(self) -> int | None:
        """The major version of PostgreSQL that made the data; None when there is none yet."""
        try:
            return int((self.data / "PG_VERSION").read_text("ascii"))
        except FileNotFoundError:
            return None

    def url(self, port: int, user: str = USER) -> str:
        """Where its server is, given the port, for this user. Raises `CannotRun` when the password was lost."""
        return self._at("127.0.0.1", port, user)

    def nearest_url(self, port: int, user: str = USER) -> str:
        """The same by its UNIX socket, through which a statement is answered in nine tenths of the time or less; by its
        port where there is none, or none for us."""
        near = self.has_socket and os.access(self.data / f"{SOCKET}{port}", os.W_OK)
        return self._at(quote(str(self.data), safe=""), port, user) if near else self.url(port, user)

    @property
    def has_socket(self) -> bool:
        """Whether its server also listens on a UNIX socket, in the folder of the data, where nobody else comes."""
        return len(os.fsencode(self.data / f"{SOCKET}65535")) <= LONGEST_SOCKET

    def _at(self, host: str, port: int, user: str) -> str:
        path = self.password if user == USER else self.passwords / user
        try:
            password = path.read_text("ascii")
        except OSError as error:
            raise CannotRun(f"The password of the database cannot be read from {path}: {error.strerror}.") from None
        return f"postgresql://{user}:{password}@{host}:{port}/postgres"

    def tell(self, port: int) -> None:
        """Write down where its server is, for whoever may read this folder: `DATABASE_URL=$(cat .data/url)` for the
        owner, `url-dba` for the DBA."""
        for name, user in (("url", USER), ("url-dba", "minitwit_dba")):
            _write_secret(self.folder / name, self.url(port, user))

    def choose_passwords(self) -> None:
        """A random password for each role that has none yet: what was made before there were roles gets them, too."""
        self.passwords.mkdir(mode=0o700, exist_ok=True)
        for role in ROLES:
            if not _holds_something(self.passwords / role):
                _write_secret(self.passwords / role, secrets.token_urlsafe(24))

    def create(self, programs: Programs, *, durable: bool = True) -> None:
        """Make the data. It is made elsewhere and renamed when complete, so an interrupted attempt leaves none."""
        account = self.account
        self._clear_up()
        self._let_in(account, programs)
        half = Path(tempfile.mkdtemp(prefix=HALF_MADE, dir=self.folder))
        if not _holds_something(self.password):  # else it is that of data which somebody has put aside
            _write_secret(self.password, secrets.token_urlsafe(24))
        for path in (self.password, half):
            account.own(path)
        manner = ["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--auth=scram-sha-256"]
        made = subprocess.run(
            account.command(
                programs.path("initdb"),
                f"--pgdata={half}",
                f"--username={USER}",
                f"--pwfile={self.password}",
                *manner,
                *([] if durable else ["--no-sync"]),
            ),
            capture_output=True,
            text=True,
            check=False,
            env=server_environment(),
            cwd="/",
        )
        if made.returncode:
            self._clear_up()
            raise CannotRun(f"PostgreSQL could not make its data in {self.folder}: {reason(made.stderr)}.")
        half.rename(self.data)
        self._clear_up()

    def _clear_up(self) -> None:
        """Remove what interrupted attempts left. An initdb that was killed a moment ago may be at it as well; hence
        also once more at the end of the next one, when it is gone for certain."""
        for left in self.folder.glob(f"{HALF_MADE}*"):
            shutil.rmtree(left, ignore_errors=True)

    def _let_in(self, account: Account, programs: Programs) -> None:
        """A folder that holds nothing of anybody's yet becomes the account's own. The folders above are left alone."""
        if {path.name for path in self.folder.iterdir()} <= {"lock", self.log.name, self.password.name}:
            account.own(self.folder)
        for test, path in (("-w", self.folder), ("-x", Path(programs.path("postgres")))):
            if not account.may(test, path):
                raise CannotRun(
                    f"PostgreSQL does not run as root, and as {account.name} it cannot reach {path}: choose a place "
                    "that everybody can reach, DATA_DIR=/var/tmp/minitwit say, or run as an ordinary user."
                )

    def lock(self) -> list[str]:
        """The lines of PostgreSQL's own lock file, the process first; none when there is no such file."""
        try:
            return (self.data / "postmaster.pid").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []

    def server(self) -> int | None:
        """The process that serves this data now. The lock file alone proves nothing: numbers are used again."""
        pid = next(iter(self.lock()), "")
        try:
            # Readable whoever owns the process, unlike its working directory.
            words = Path(f"/proc/{int(pid)}/cmdline").read_bytes().split(b"\0")
        except (ValueError, OSError):
            return None
        return int(pid) if os.fsencode(self.data) in words else None


def _write_secret(path: Path, text: str) -> None:
    """A file that only this user can read, from its first moment; whole, or not there."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    with new.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def server_environment(**more: str) -> dict[str, str]:
    """Nothing of the newcomer's locale or PG… variables may change what the server does."""
    return child_environment(LC_ALL="C.UTF-8", LANGUAGE=None, TZ=None, PGDATA=None, PGPORT=None, PGOPTIONS=None, **more)


def reason(said: str) -> str:
    """The sentence that says why, out of all that a program of PostgreSQL's said; without its full stop."""
    found = (
        re.findall(r"(?:FATAL|PANIC|error): +(.+)", said) or said.strip().splitlines()[-1:] or ["it did not say why"]
    )
    return str(found[0]).rstrip(".")
