"""`make watch`: everything on one machine, to look at, until Ctrl-C. `TRAFFIC=1` plays the simulator against it."""

import argparse
import itertools
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench import invented
from core.settings import BadSettings, Settings
from local import supervisor
from local.postgres import find_programs
from local.watch import everything
from local.watch.everything import Everything
from local.words import CannotRun, complain, say

PORTS = {"https": 8443, "http": 8080, "prometheus": 9090, "alertmanager": 9093}

WELCOME = """
MiniTwit is running, and watched. The certificate was made a moment ago: your browser asks once.

  the site       {here.site}
  the API        {here.api} or {here.plain_api}
  Prometheus     {here.prometheus}/alerts
  Alertmanager   {here.alertmanager}
  logs           {here.folder}

{grafana}
Press Ctrl-C to stop it; nothing is kept.
"""


def main() -> int:
    """The exit code: 0 after a stop by a signal, 1 when something cannot run, 2 for settings that make no sense."""
    options = argparse.ArgumentParser("python -m local.watch", description=__doc__)
    options.add_argument("--traffic", action="store_true", help="play the simulator against it")
    traffic = options.parse_args().traffic
    supervisor.listen()
    try:
        settings = Settings.read()
        with tempfile.TemporaryDirectory(prefix="minitwit-watch-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            with everything.running(Path(folder), find_programs(settings), PORTS) as here:
                say(WELCOME.format(here=here, grafana=_grafana()))
                if traffic:
                    threading.Thread(target=_play, args=(here, settings), daemon=True).start()
                while True:
                    everything.still(here)
                    time.sleep(0.5)
    except KeyboardInterrupt:
        say("Stopped.")
        return 0
    except BadSettings as error:
        complain("\n".join(error.problems))
        return 2
    except CannotRun as error:
        complain(str(error))
        return 1


def _grafana() -> str:
    if shutil.which("grafana"):
        return "Grafana is installed here: deploy/grafana/README.md says how to start it on these numbers.\n"
    return "Grafana is not installed here: `make dashboards` draws its dashboards as pictures.\n"


def _play(here: Everything, settings: Settings) -> None:
    """One scenario after the other, at a pace that leaves the machine alone."""
    simulator = everything.simulator(here, settings)
    for seed in itertools.count(int(time.time())):
        for action in invented.scenario(seed):
            simulator.play([action])
            time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
