"""A primary with a hot standby, both thrown away afterwards, as the swarm has them."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local import postgres, supervisor
from local.cluster import Cluster, server_environment
from local.postgres import CARELESS, Programs, Server
from local.words import CannotRun

LOG_CONF = Path(__file__).parents[2] / "deploy" / "postgres" / "log.conf"


@contextmanager
def primary_and_standby(
    programs: Programs, options: Mapping[str, str] | None = None
) -> Iterator[tuple[Server, Server]]:
    """Migrated, with a password for each role; `server.cluster.url(server.port, "minitwit_site")` is where it is.
    `options` are the primary's."""
    with tempfile.TemporaryDirectory(prefix="minitwit-", ignore_cleanup_errors=True) as folder:
        primary = Server(_made(Path(folder, "primary"), programs), programs, CARELESS | logging() | dict(options or {}))
        primary.start()
        try:
            primary.cluster.choose_passwords()
            supervisor.migrate(supervisor.reaching(primary.url), "--passwords", str(primary.cluster.passwords))
            standby = Server(
                _copied(primary, Path(folder, "standby")), programs, CARELESS | {"cluster_name": "standby"}
            )
            standby.start()
            try:
                yield primary, standby
            finally:
                standby.stop()
        finally:
            primary.stop()


def logging() -> dict[str, str]:
    """What deploy/postgres/log.conf says, but for the libraries: `Server` loads those that there are."""
    lines = (line.partition("#")[0].strip() for line in LOG_CONF.read_text("utf-8").splitlines())
    options = {
        name.strip(): value.strip().strip("'") for name, _, value in (each.partition("=") for each in lines if each)
    }
    return {name: value for name, value in options.items() if not name.startswith(("shared_preload", "auto_explain"))}


def _made(folder: Path, programs: Programs) -> Cluster:
    folder.mkdir()
    cluster = Cluster(folder)
    cluster.create(programs, durable=False)
    return cluster


def _copied(primary: postgres.Server, folder: Path) -> Cluster:
    """A copy of the running primary that follows it from now on."""
    folder.mkdir()
    standby = Cluster(folder)
    account = primary.cluster.account
    for path in (folder.parent, folder):
        account.own(path)
    words = ["--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--no-sync"]
    copied = subprocess.run(
        account.command(
            primary.programs.path("pg_basebackup"), f"--dbname={primary.url}", f"--pgdata={standby.data}", *words
        ),
        capture_output=True,
        text=True,
        env=server_environment(),
        cwd="/",
        check=False,
    )
    if copied.returncode:
        raise CannotRun(f"The standby could not be made: {copied.stderr.strip()}")
    return standby
