"""A PostgreSQL of our own, started and stopped. It listens at a free port of 127.0.0.1 and on a UNIX socket beside
its data; it asks for a random password. `throw_away` gives one that is gone afterwards, for tests and tools."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from local.cluster import SOCKET, Cluster, reason, server_environment
from local.programs import Programs, find_programs
from local.words import CannotRun

__all__ = ["Programs", "Server", "find_programs", "free_port", "throw_away", "throw_away_server"]

OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The details of an error hold values: names, messages, e-mail addresses.
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "%m [%p] %q%u %a ",
}
SLOW = {
    # A statement that takes longer is written to the log with its plan. Its text names its file.
    "auto_explain.log_min_duration": "250ms",
    "auto_explain.log_format": "text",
    # Reading the clock at each row would make every statement slower, not only those that are logged.
    "auto_explain.log_analyze": "off",
}
"""Options of the library `auto_explain`, where it is there."""

CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Options for data that nobody will miss."""

LOG_LIMIT = 10_000_000
"""Bytes after which the server's log begins anew."""

LOCK_STATUS = 7
"""The index of the line of postmaster.pid that becomes `ready` (LOCK_FILE_LINE_PM_STATUS in PostgreSQL's pidfile.h)."""

READY = (["ready"], ["standby"])
"""What that line says in the end: that of a server which answers, or of a copy which may be read."""


class Server:
    """One PostgreSQL on one folder, whose data exists already."""

    def __init__(self, cluster: Cluster, programs: Programs, options: Mapping[str, str] | None = None) -> None:
        self.cluster = cluster
        self.programs = programs
        self.options = {**OPTIONS, **(options or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is, `postgresql://user:password@127.0.0.1:port/postgres`, once it was started."""
        return self.cluster.url(self.port)

    @property
    def nearest_url(self) -> str:
        """The same by its UNIX socket, if it has one."""
        return self.cluster.nearest_url(self.port)

    @property
    def started(self) -> subprocess.Popen[bytes]:
        """Its process, for whoever watches it. Only after `start`."""
        if self.process is None:
            raise RuntimeError("this server was not started")
        return self.process

    def start(self, *, patience: float = 60.0, port: int = 0) -> None:
        """Start it and wait until it answers, at most `patience` seconds: after a crash it recovers first. It listens
        where it did before when that `port` is given, and else where nobody does.

        What a server that was killed a moment ago left behind is given time to go. Raises `CannotRun`.
        """
        deadline = time.monotonic() + patience
        self._await_predecessor(seconds=15.0)
        while said := self._attempt(deadline, port):
            # Sessions of a killed server notice its death when their statement ends; a free port may be lost in a race.
            passing = "pre-existing shared memory block" in said or "could not create any TCP/IP sockets" in said
            if not passing or time.monotonic() > deadline:
                raise CannotRun(f"PostgreSQL did not start: {reason(said)} (its log is {self.cluster.log}).")
            time.sleep(0.2)

    def stop(self, *, patience: float = 8.0) -> None:
        """Stop it: sessions end, data is written. After `patience` seconds it is stopped the hard way, which loses
        nothing either: the next start recovers."""
        if self.process is None:
            return
        for demand, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 1.0)):
            self.process.send_signal(demand)
            try:
                self.process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def trim_log(self) -> None:
        """Begin the log anew when it has grown too long; the server appends, so it does not notice."""
        with suppress(FileNotFoundError):  # somebody has taken it away: the server goes on with the file it has
            if self.cluster.log.stat().st_size > LOG_LIMIT:
                os.truncate(self.cluster.log, 0)

    def _attempt(self, deadline: float, port: int) -> str:
        """Start the server once. Nothing when it came up, else what it said."""
        self.port = port or free_port()
        self._remove_old_sockets()
        options = {**self._libraries(), **self._socket(), **self.options, "port": str(self.port)}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with self.cluster.log.open("ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen(
                self.cluster.account.command(self.programs.path("postgres"), "-D", str(self.cluster.data), *words),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Whoever has the number that a stale lock file names: the server does not take it for another server.
                env=server_environment(PG_GRANDPARENT_PID=next(iter(self.cluster.lock()), "")),
                cwd="/",
                # Ctrl-C reaches the whole foreground group, and the server has to outlive the doors.
                start_new_session=True,
            )
        try:
            if self._comes_up(self.process, deadline):
                return ""
        except BaseException:
            self.stop()
            raise
        self.stop(patience=1.0)
        with self.cluster.log.open("rb") as log:
            log.seek(begin)
            return log.read().decode("utf-8", "replace") or "it ended without a word"

    def _socket(self) -> dict[str, str]:
        folder = str(self.cluster.data).replace('"', '""')
        return {"unix_socket_directories": f'"{folder}"' if self.cluster.has_socket else ""}

    def _remove_old_sockets(self) -> None:
        """A server that was killed leaves one, and the next one listens at another port."""
        for left in self.cluster.data.glob(f"{SOCKET}*"):
            left.unlink(missing_ok=True)

    def _libraries(self) -> dict[str, str]:
        """What shows where time goes, as far as these programs offer it."""
        loaded = [name for name in ("pg_stat_statements", "auto_explain") if self.programs.offers(name)]
        options = {"shared_preload_libraries": ",".join(loaded)} if loaded else {}
        if "auto_explain" in loaded:
            options |= SLOW
            if self.programs.major >= 16:  # before, it never wrote parameters
                options["auto_explain.log_parameter_max_length"] = "0"
        return options

    def _comes_up(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        while process.poll() is None and time.monotonic() < deadline:
            lines = self.cluster.lock()
            if lines[:1] == [str(process.pid)] and [line.strip() for line in lines[LOCK_STATUS:]] in READY:
                return True
            time.sleep(0.02)
        return False

    def _await_predecessor(self, seconds: float) -> None:
        """A server whose starter was killed is stopping by itself. If it does not, it is asked once more."""
        deadline = time.monotonic() + seconds
        asked = False
        while pid := self.cluster.server():
            if time.monotonic() > deadline:
                raise CannotRun(
                    f"Another PostgreSQL, process {pid}, runs on the data in {self.cluster.folder}: stop it first."
                )
            if not asked and time.monotonic() > deadline - seconds / 2:
                os.kill(pid, signal.SIGINT)
                asked = True
            time.sleep(0.1)


@contextmanager
def throw_away(programs: Programs, options: Mapping[str, str] | None = None) -> Iterator[str]:
    """The URL of a new, empty PostgreSQL that is stopped and deleted at the end. Several may run side by side."""
    with throw_away_server(programs, options) as server:
        yield server.url


@contextmanager
def throw_away_server(programs: Programs, options: Mapping[str, str] | None = None) -> Iterator[Server]:
    """The same as the server that it is, started."""
    with tempfile.TemporaryDirectory(prefix="minitwit-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder))
        cluster.create(programs, durable=False)
        server = Server(cluster, programs, {**CARELESS, **(options or {})})
        server.start()
        try:
            yield server
        finally:
            server.stop()


def free_port() -> int:
    """A port of the loopback addresses that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
