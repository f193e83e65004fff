"""What an operator does by hand, as the pages for the operator say."""

import subprocess
import time

from local.rehearse.acts.data import ON_THE_MANAGER, follows, marks
from local.rehearse.acts.updates import images
from local.rehearse.pages import commands, typed
from local.rehearse.releases import BUILT
from local.rehearse.stage import STACK, Stage, told


def a_release_by_hand(stage: Stage) -> None:
    """On the CI server, without its tests; back to the release before; and then the CI server goes on by itself."""
    ci = stage.machines["ci"]
    _, stop, become, *lines = commands("swarm.md", "deploy/images")
    shell = [f"export IMAGES='{BUILT}'", f"{become} -e <<'END'", *lines, "END"]
    short = [f"{become} -e <<'END'", *(line for line in lines if "image" not in line), "END"]
    typed(ci, [stop])
    earlier, before = stage.releases.head(), images(stage)
    revision = stage.releases.commit("By hand", {"web_aiohttp/static/by-hand.txt": "By hand.\n"})
    with stage.playing() as played:
        began = time.time()
        said = typed(ci, shell, REVISION=revision)
        seconds, there = time.time() - began, images(stage)
        back = typed(ci, short, REVISION=earlier)
        failed, words = played.failed(began), told(played, began)
    good = f"{revision} is in force" in said and f"{earlier} is in force" in back
    good = good and there["web"] != before["web"] and images(stage) == before
    typed(ci, [stop.replace(" stop ", " start ")])
    stage.releases.release(revision)
    stage.show(
        "a release by hand, and back by hand, under load",
        f"{words}; in force after {seconds:.0f} s; then the CI server brought the same images",
        good=good and not failed and images(stage) == there,
    )


def a_backup_by_hand(stage: Stage) -> None:
    """A full one, and the repository tells of it."""
    (info,) = commands("README.md", "--stanza=minitwit info")
    manager = stage.machines["manager"]
    before = typed(manager, [info]).count("full backup: ")
    typed(manager, [info.replace(" info", " --type=full backup")])
    after = typed(manager, [info]).count("full backup: ")
    stage.show("a backup by hand", f"{after} full ones in the repository", good=after == before + 1)


def a_standby_that_begins_anew(stage: Stage) -> None:
    """Its data is removed, and it copies everything."""
    away, remove, again = commands("README.md", "rm -rf /volume/data")
    typed(stage.machines["manager"], [away])
    stage.until("the standby has gone", lambda: not stage.tasks("standby"), 60)
    typed(stage.machines["logging"], [remove])
    began = time.time()
    typed(stage.machines["manager"], [again])
    stage.until("the standby follows", lambda: follows(stage, "standby", of="db"), 120)
    said = typed(stage.machines["manager"], [f"docker service logs --raw --since 3m {STACK}_standby 2>&1"])
    stage.show(
        "a standby that begins anew",
        f"copied everything, and commits wait for it after {time.time() - began:.0f} s",
        good="Copying everything from db" in said,
    )


def a_database_machine_made_anew(stage: Stage) -> None:
    """The machine is gone for good, its disk with it: promoted, made anew by Vagrant, filled, and back."""
    manager, before = stage.machines["manager"], marks(stage, "db")
    stage.machines["database"].kill()
    typed(manager, [f"sh {ON_THE_MANAGER}/promote standby"])
    stage.vagrant("destroy", "--force", "database")
    began = time.time()
    stage.vagrant("up", "database")
    stage.until("db follows the standby", lambda: follows(stage, "db", of="standby"), 240)
    seconds = time.time() - began
    with stage.playing() as played:
        typed(manager, [f"sh {ON_THE_MANAGER}/promote db"])
        stage.until("messages are taken again", lambda: len(played.acknowledged()) > 100, 60)
    stage.until("the standby follows again", lambda: follows(stage, "standby", of="db"), 180)
    there = set(marks(stage, "db"))
    stage.show(
        "the database machine made anew",
        f"filled and following after {seconds:.0f} s, then the primary; {len(set(before) - there)} messages missing",
        good=len(before) > 100 and set(before) | played.acknowledged() <= there,
    )


def the_dba_looks(stage: Stage) -> None:
    """Where the time goes, the plan of a query, and the same of a file that was edited and is not released."""
    manager = stage.machines["manager"]
    top, explain, edited = commands("README.md", "deploy/dba")
    heads = [line.split()[:2] for line in typed(manager, [top]).splitlines()]
    plan = typed(manager, [explain])
    archive, _, there = edited.partition(" | ")
    query = stage.releases.copy / "db" / "sql" / "timelines" / "public.sql"
    query.write_text(query.read_text("utf-8").replace("Budget: 120 buffers", "Budget: 121 buffers"), "utf-8")
    sent = subprocess.run(archive.split(), cwd=stage.releases.copy, capture_output=True, check=True).stdout
    tried = manager.run("sh", "-ec", there.removeprefix("ssh root@MANAGER "), given=sent)
    query.write_text(query.read_text("utf-8").replace("Budget: 121 buffers", "Budget: 120 buffers"), "utf-8")
    (psql,) = commands("README.md", "role=minitwit_dba")
    role = typed(stage.machines["database"], [psql.replace(" --tty", "")], given="SHOW role;\n")
    stage.show(
        "the DBA's commands, with a file that is not released, too",
        f"{len(heads) - 1} files by their time; {plan.splitlines()[-1]} Edited: {tried.splitlines()[-1]}",
        good="minitwit_dba" in role
        and ["file", "calls"] in heads
        and "of a budget of 120" in plan
        and "of a budget of 121" in tried,
    )


def an_alert_is_silenced(stage: Stage) -> None:
    """Asked what is down, and told that somebody knows already."""
    ask, silence, silenced = commands("README.md", "silence add")
    manager = stage.machines["manager"]
    typed(manager, [ask])
    number = typed(manager, [silence]).split()[-1]
    there = typed(manager, [silenced])
    stage.show(
        "an alert is silenced",
        " ".join(there.splitlines()[-1].split()),
        good=number in there and "SimulatorIsSilent" in there,
    )
