"""What runs in the swarm's database machines, as ordinary processes on this one: the scripts of deploy/postgres on free
ports and folders of their own, with Debian's PostgreSQL and pgBackRest."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from core.settings import Settings
from db import migrate, roles
from local.accounts import Account, account_for
from local.postgres import find_programs, free_port
from tests.deploy import credentials
from tests.deploy.processes import Running, answers

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "deploy" / "postgres"
SMALL = "-c shared_buffers=32MB -c max_connections=40 -c listen_addresses=127.0.0.1"


@dataclass
class Machine:
    """One server's volume with its ports: `db` or `standby`."""

    place: "Place"
    name: str
    port: int = field(default_factory=free_port)
    agent_port: int = field(default_factory=free_port)

    @property
    def folder(self) -> Path:
        return self.place.folder / self.name

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def other(self) -> "Machine":
        return self.place.standby if self is self.place.db else self.place.db

    @property
    def environment(self) -> dict[str, str]:
        return {
            "NAME": self.name,
            "PEER": f"127.0.0.1:{self.other.port}",
            "FOUNDER": str(self.name == "db").lower(),
            "PGDATA": str(self.data),
            "PGHOST": str(self.folder),
            "PGPORT": str(self.port),
            "OPTIONS": f"{SMALL} -c log_directory={self.folder}/log {self.place.options}",
            "PGBACKREST_PG1_PATH": str(self.data),
            "PGBACKREST_PG1_SOCKET_PATH": str(self.folder),
            "PGBACKREST_PG1_PORT": str(self.port),
            "PGBACKREST_TLS_SERVER_PORT": str(self.agent_port),
        }

    def serve(self) -> Running:
        return self.place.start("serve", self.name, **self.environment)

    def agent(self) -> Running:
        return self.place.start("agent", f"{self.name}-agent", **self.environment)

    def run(self, word: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return self.place.run(word, *arguments, **(self.environment | more))

    @property
    def url(self) -> str:
        return f"postgresql://minitwit:{credentials.PASSWORDS['minitwit']}@127.0.0.1:{self.port}/minitwit".replace(
            " ", "%20"
        )

    def ask(self, query: str) -> str:
        """The first value, as the owner."""
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            row = connection.execute(query.encode()).fetchone()
            return str(row[0]) if row else ""

    def tell(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement.encode())

    def as_superuser(self, query: str) -> str:
        command = self.place.account.command(
            "psql", "-XAtq", "-h", str(self.folder), "-p", str(self.port), "-U", "postgres"
        )
        return subprocess.run(
            [*command, "-c", query], capture_output=True, text=True, check=True, cwd="/"
        ).stdout.strip()

    @property
    def is_primary(self) -> bool:
        return answers(lambda: self.ask("SELECT NOT pg_is_in_recovery()")) == "True"

    @property
    def is_standby(self) -> bool:
        return answers(lambda: self.ask("SELECT pg_is_in_recovery()")) == "True"

    def waits_for_the_standby(self) -> bool:
        return answers(lambda: self.ask("SHOW synchronous_standby_names")) not in ("", None)

    def fill(self) -> None:
        """The real schema, and the roles as they are in the swarm."""
        migrate.migrate(self.url)
        assert roles.grant(self.url, {role: role.upper() for role in roles.WHO_SIGN_IN}) == ""
        self.tell("INSERT INTO users (username, email, password_hash) VALUES ('alice', 'alice@example.com', 'x')")

    def post(self, words: str) -> int:
        """The id of a message that PostgreSQL has acknowledged."""
        return int(
            self.ask(
                f"INSERT INTO messages (author_id, content) SELECT user_id, '{words}' FROM users RETURNING message_id"
            )
        )

    @property
    def messages(self) -> str:
        """How many, and the digest of their ids."""
        return self.ask(
            "SELECT count(*) || ' ' || coalesce(md5(string_agg(m.message_id::text, ',' ORDER BY m.message_id)), '')"
            " FROM messages AS m"
        )


@dataclass
class Place:
    """Two servers and a repository, in one folder; every process ends with it."""

    folder: Path
    account: Account
    options: str = ""
    bound: str = "4GiB"
    """What waits for the repository at most."""
    repository_port: int = field(default_factory=free_port)
    started: list[Running] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.db, self.standby = Machine(self, "db"), Machine(self, "standby")
        secrets = self.folder / "secrets"
        for path in (secrets, self.db.folder, self.standby.folder, self.backups, self.folder / "metrics"):
            self.make(path)
        credentials.write(secrets, self.account)

    def make(self, path: Path) -> None:
        path.mkdir(mode=0o700, exist_ok=True)
        self.account.own(path)

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def metrics(self) -> dict[str, int]:
        """When the newest of each kind was made, as node_exporter reads it."""
        path = self.folder / "metrics" / "backup.prom"
        lines = path.read_text().splitlines() if path.exists() else []
        return {line.split('"')[1]: int(line.split()[1]) for line in lines if not line.startswith("#")}

    def environment(self, word: str, run: Path) -> dict[str, str]:
        """What has other places in the image."""
        found = {
            "PATH": os.environ["PATH"],
            "PGBIN": str(find_programs(Settings.read({}), source="system").folder),
            "CONFIG": str(self.folder / "configuration"),
            "SECRETS": str(self.folder / "secrets"),
            "RUN": str(run),
            "PGBACKREST_LOCK_PATH": str(run / "locks"),
            "PGBACKREST_SPOOL_PATH": str(run),
            "PGBACKREST_TLS_SERVER_ADDRESS": "localhost",
            "PGBACKREST_IO_TIMEOUT": "3",
        }
        for group in ("TLS_SERVER", "REPO1_HOST"):
            for ending, name in (("CA", "backup_certificate"), ("CERT", "backup_certificate"), ("KEY", "backup_key")):
                found[f"PGBACKREST_{group}_{ending}_FILE"] = str(self.folder / "secrets" / name)
        if word != "repository":
            found["PGBACKREST_ARCHIVE_PUSH_QUEUE_MAX"] = self.bound
            found |= {"PGBACKREST_REPO1_HOST": "localhost", "PGBACKREST_REPO1_HOST_PORT": str(self.repository_port)}
        return found

    def start(self, word: str, name: str, **more: str) -> Running:
        run, log = self.folder / f"{name}-run", self.folder / f"{name}.log"
        self.make(run)
        environment = self.environment(word, run) | more
        with log.open("ab") as out:
            command = self.account.command(str(SCRIPTS / word))
            process = subprocess.Popen(
                command, env=environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd="/"
            )
        self.started.append(Running(process, log))
        return self.started[-1]

    def run(self, word: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A word that comes to an end by itself."""
        run = self.folder / f"{word}-run"
        self.make(run)
        environment = self.environment(word, run) | more
        command = self.account.command(str(SCRIPTS / word), *arguments)
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=60, cwd="/"
        )

    def repository(self, **more: str) -> Running:
        servers = [
            f"localhost:{each.agent_port}:{each.data}:{each.folder}:{each.port}" for each in (self.db, self.standby)
        ]
        places = {"PGBACKREST_REPO1_PATH": str(self.backups), "PGBACKREST_TLS_SERVER_PORT": str(self.repository_port)}
        seconds = {"METRICS": str(self.folder / "metrics"), "CHECK_SECONDS": "1", "SERVERS": " ".join(servers)}
        return self.start("repository", "repository", **(places | seconds | more))

    def copy(self) -> Machine:
        """The newest backup, as a server of its own."""
        machine = Machine(self, "copy")
        self.make(machine.folder)
        self.start("copy", "copy", **machine.environment)
        return machine

    def stop(self) -> None:
        # The repository last: a server sends it the end of its log.
        for running in sorted(self.started, key=lambda each: each.log.name == "repository.log"):
            running.stop()


@contextmanager
def place(options: str = "") -> Iterator[Place]:
    """An empty one. It lies where any account can reach it, and its path is short enough for a socket."""
    with TemporaryDirectory(prefix="mt-", ignore_cleanup_errors=True) as folder:
        account = account_for(Path(folder) / "cluster")
        account.own(Path(folder))
        Path(folder, "configuration").symlink_to(SCRIPTS)  # in an image no path holds a space; here one may
        here = Place(Path(folder), account, options)
        try:
            yield here
        finally:
            here.stop()
            shutil.rmtree(folder, ignore_errors=True)
