"""What was seen, as a page for docs/."""

import os
import platform
from datetime import UTC, datetime

from local.rehearse.stage import Stage

HEAD = """# The rehearsal

`make rehearse` wrote this: six machines that Vagrant made from the project's Vagrantfile, as containers with systemd,
each with an engine of its own (Docker {engine}), on one machine with {cores} cores; `docker-stack.yml` with
[one file](../local/rehearse/stack.yml) merged over it for what cannot run there; {when}. How it is done, and what
stands in for what: [local/rehearse](../local/rehearse/__main__.py).

All machines share those cores, so a new replica takes time away from those that answer: the slowest answers here are
slower than where each machine has its own.

| what was tried | what was seen | as it should be |
|---|---|---|
"""


def written(stage: Stage) -> str:
    """The page, in Markdown."""
    engine = stage.docker("version", "--format", "{{.Server.Version}}")
    head = HEAD.format(engine=engine, cores=os.cpu_count(), when=f"{datetime.now(UTC):%-d %B %Y}, {platform.machine()}")
    rows = (
        f"| {what} | {seen.replace('|', '/')} | {'yes' if good else '**no**'} |\n" for what, seen, good in stage.rows
    )
    return head + "".join(rows)
