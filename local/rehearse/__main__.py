"""`make rehearse`, or a part of it: `python -m local.rehearse [--short] [--table FILE]`.

Exits with 1 when an act failed, 2 when there was none.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from local.rehearse import images, machines, outside
from local.rehearse.acts import data, field, people, replaced, runbook, updates, walls
from local.rehearse.engine import Docker, Failed, engine
from local.rehearse.releases import Releases
from local.rehearse.stage import Stage
from local.rehearse.table import written
from local.words import CannotRun, complain, say

Act = Callable[[Stage], None]

ACTS: Sequence[Act] = (
    field.from_nothing,
    field.once_more,
    field.the_first_release,
    people.sign_up_to_timeline,
    people.prometheus_sees_every_replica,
    people.log_lines_leave_the_containers,
    updates.a_release_with_a_migration,
    updates.a_broken_release,
    updates.web_is_scaled,
    updates.a_worker_dies,
    data.the_primary_is_lost,
    data.back_to_where_it_was,
    data.a_point_in_time,
    runbook.a_release_by_hand,
    replaced.another_certificate,
    replaced.other_passwords,
    replaced.passwords_that_postgresql_took_once,
    runbook.the_dba_looks,
    runbook.an_alert_is_silenced,
    runbook.a_backup_by_hand,
    runbook.a_standby_that_begins_anew,
    runbook.a_database_machine_made_anew,
    walls.no_secret_lies_about,
    walls.ports_from_outside,
)

SHORT: Sequence[Act] = (
    field.from_nothing,
    field.the_first_release,
    people.sign_up_to_timeline,
    people.prometheus_sees_every_replica,
    people.log_lines_leave_the_containers,
    updates.a_release_with_a_migration,
    data.the_primary_is_lost,
    walls.no_secret_lies_about,
)
"""What `make test` has the time for."""

WANTED = ("dockerd", "debootstrap", "vagrant", "nmap", "openssl", "ssh-keygen", "curl")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.rehearse", description=__doc__)
    parser.add_argument("--short", action="store_true", help="the acts that make test has the time for")
    parser.add_argument("--table", type=Path, help="write what was seen to this file, in Markdown")
    options = parser.parse_args()
    try:
        missing = [
            program for program in WANTED if not shutil.which(program) and not shutil.which(program, path="/usr/sbin")
        ]
        if missing:
            raise CannotRun(f"The rehearsal needs {', '.join(missing)}: scripts/tools installs them.")
        if os.geteuid():
            raise CannotRun("The rehearsal starts an engine, which only root may do.")
        with engine() as docker, tempfile.TemporaryDirectory(prefix="minitwit-", ignore_cleanup_errors=True) as folder:
            stage = prepared(docker, Path(folder))
            good = played(stage, SHORT if options.short else ACTS)
            if options.table:
                options.table.write_text(written(stage), "utf-8")
    except CannotRun as problem:
        complain(str(problem))
        return 2
    except Failed as failure:
        complain(str(failure))
        return 1
    return int(not good)


def prepared(docker: Docker, folder: Path) -> Stage:
    """Images, networks, and an operator with choices; no machine yet."""
    say("Making the images that stand in for Docker Hub …")
    images.make(docker)
    vagrant = machines.prepare(docker, folder, workers=2)
    names = ("ci", "manager", "worker-1", "worker-2", "database", "logging")
    known = {name: machines.Machine(name, docker) for name in names}
    releases = Releases(folder / "copy", known["ci"], known["manager"])
    return Stage(folder, docker, vagrant, known, releases, outside.outside(docker, folder))


def played(stage: Stage, acts: Sequence[Act]) -> bool:
    """Each act in its turn. Without a swarm there is nothing to go on with."""
    began = time.monotonic()
    for act in acts:
        try:
            act(stage)
        except Failed as failure:
            stage.show(act.__name__.replace("_", " "), " ".join(str(failure)[-600:].split()), good=False)
            if act.__module__ == field.__name__:
                break
    say(f"{len(stage.rows)} lines in {(time.monotonic() - began) / 60:.0f} minutes.")
    return all(good for _, _, good in stage.rows)


if __name__ == "__main__":
    sys.exit(main())
