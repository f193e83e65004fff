"""Run in network and mount namespaces of its own, as root: Prometheus finds each replica by the name that is deployed,
one goes, it comes back. Prints what it saw, one line of addresses for each of the three."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from core.settings import Settings
from local.postgres import find_programs
from local.watch import everything, queries
from local.watch.everything import REPLICAS, Everything


def seen(here: Everything) -> list[str]:
    """The API's replicas that Prometheus looks at, each with its health."""
    targets = queries.ask(here.prometheus, "targets", state="active")["activeTargets"]
    return sorted(
        f"{each['labels']['instance']} {each['health']}" for each in targets if each["labels"]["job"] == "api"
    )


def show(here: Everything, *replicas: str) -> None:
    """Print what is seen once it is these, or after a minute."""
    wanted = [f"{replica}:8001 up" for replica in replicas]
    deadline = time.monotonic() + 60
    while seen(here) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    print(", ".join(seen(here)), flush=True)  # noqa: T201  # for the test that started this


def main() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="minitwit-watch-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        servers = Path(folder, "resolv.conf")
        servers.write_text("nameserver 127.0.0.1\n")
        subprocess.run(["mount", "--bind", str(servers), "/etc/resolv.conf"], check=True)
        programs = find_programs(Settings.read({}), source="wheel" if "wheel" in sys.argv else "system")
        ports = {"web": 8000, "api": 8001, "names": 53}
        with everything.running(Path(folder), programs, ports, seconds=1.0, by_name=True) as here:
            show(here, *REPLICAS)
            here.name_server.addresses["tasks.api"] = [REPLICAS[0]]
            show(here, REPLICAS[0])
            here.name_server.addresses["tasks.api"] = list(REPLICAS)
            show(here, *REPLICAS)


if __name__ == "__main__":
    main()
