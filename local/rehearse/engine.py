"""The engine whose containers are the droplets: Debian's Docker, with a folder and a bridge of its own."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.children import bound
from local.words import CannotRun

FOLDER = Path("/var/lib/minitwit-rehearsal")
"""Images stay here for the next time; nothing else does."""

SOCKET = FOLDER / "docker.sock"
BRIDGE = ("minitwit0", "10.230.0.1/24")


class Failed(Exception):
    """A command said no. Its words are the command and what it complained of."""


def run(*words: str, given: str | bytes = "", timeout: float = 120) -> str:
    """What the command prints. Raises `Failed` when it exits with something else than 0, or takes longer."""
    stdin = given.encode() if isinstance(given, str) else given
    try:
        done = subprocess.run(words, input=stdin, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(words)[:300]}: no end after {timeout:.0f} s") from None
    if done.returncode:
        complaint = (done.stderr or done.stdout).decode(errors="replace").strip()[-2000:]
        raise Failed(f"{' '.join(words)[:300]} (exit {done.returncode}): {complaint}")
    return done.stdout.decode(errors="replace").strip()


@dataclass(frozen=True, slots=True)
class Docker:
    """`docker`, spoken to one engine: `Docker(...)("ps", "--quiet")`."""

    words: tuple[str, ...]

    def __call__(self, *words: str, given: str | bytes = "", timeout: float = 120) -> str:
        return run(*self.words, *words, given=given, timeout=timeout)


@contextmanager
def engine() -> Iterator[Docker]:
    """Starts it, and ends it with all that ran on it. Raises `CannotRun` when it cannot be."""
    docker = Docker(("docker", "--host", f"unix://{SOCKET}"))
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    if _answers(docker):
        raise CannotRun(f"Another rehearsal is running: its engine answers at {SOCKET}.")
    (FOLDER / "docker.pid").unlink(missing_ok=True)  # of one that was killed
    _make_bridge()
    options = {"host": f"unix://{SOCKET}", "pidfile": "docker.pid", "data-root": "data", "exec-root": "run"}
    with (FOLDER / "docker.log").open("wb") as log:
        process = subprocess.Popen(
            bound(
                "TERM",
                "dockerd",
                "--bridge",
                BRIDGE[0],
                *(f"--{name}={_place(value)}" for name, value in options.items()),
            ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for whoever started this
        )
    try:
        while not _answers(docker):
            if process.poll() is not None:
                raise CannotRun(f"Docker does not start; the end of {FOLDER}/docker.log says why.")
            time.sleep(0.2)
        clear(docker)
        yield docker
        clear(docker)
    finally:
        process.terminate()
        process.wait(60)
        run("ip", "link", "delete", BRIDGE[0])


def clear(docker: Docker) -> None:
    """No container, volume or network of a rehearsal is left; images are."""
    if containers := docker("ps", "--all", "--quiet").split():
        docker("rm", "--force", "--volumes", *containers)
    docker("network", "prune", "--force")


def _place(value: str) -> str:
    return value if "://" in value else str(FOLDER / value)


def _answers(docker: Docker) -> bool:
    try:
        docker("version", timeout=10)
    except Failed:
        return False
    return True


def _make_bridge() -> None:
    name, address = BRIDGE
    if not Path("/sys/class/net", name).exists():
        run("ip", "link", "add", name, "type", "bridge")
        run("ip", "address", "add", address, "dev", name)
    run("ip", "link", "set", name, "up")
