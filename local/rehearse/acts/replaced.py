"""What cannot be changed, only replaced, as the pages for the operator say: certificates and passwords."""

import time

from local.rehearse.acts.data import doors, follows
from local.rehearse.acts.people import API, SITE
from local.rehearse.engine import Failed
from local.rehearse.machines import certify
from local.rehearse.pages import commands, typed
from local.rehearse.stage import Stage, told


def another_certificate(stage: Stage) -> None:
    """Renewed, as it has to be every few months: both names show the new one, and nobody the old one."""
    manager = stage.machines["manager"]
    old = stage.folder / "tls.pem"
    new, names = certify(stage.folder, "renewed"), _names(stage)
    for name, path in (("fullchain.pem", new), ("privkey.pem", new.with_suffix(".key"))):
        manager.run("sh", "-c", f"cat >/root/{name}", given=path.read_text())
    with stage.playing() as played:
        began = time.time()
        typed(manager, ["cd /root", *commands("swarm.md", "tls_certificate=")])
        seconds = time.time() - began
        time.sleep(2)
        words = told(played, began)
    answers = [stage.outside.ask(f"{where}/healthz", "--cacert", str(new))[0] for where in (SITE, API)]
    try:
        refused = not stage.outside.ask(f"{SITE}/healthz", "--cacert", str(old))
    except Failed:  # curl does not know who made that certificate
        refused = True
    old.write_text(new.read_text())
    good = answers == [200, 200] and refused and _names(stage) == names
    stage.show("another certificate", f"{seconds:.0f} s; {words}", good=good)


def other_passwords(stage: Stage) -> None:
    """Of the two roles that doors sign in as: no door loses its database."""
    manager = stage.machines["manager"]
    before, names, address = doors(stage), _names(stage), _signs_in_with(stage)
    with stage.playing() as played:
        began = time.time()
        for role in ("minitwit_site", "minitwit_api"):
            typed(manager, commands("swarm.md", "deploy/password"), minitwit_site=role)
        seconds = time.time() - began
        failed, words = played.failed(began), told(played, began)
    stage.show(
        "other passwords for the roles of both doors, under load",
        f"{words}; {seconds:.0f} s for both",
        good=not failed
        and not set(before) & set(doors(stage))
        and _signs_in_with(stage) != address
        and _names(stage) == names,
    )


def passwords_that_postgresql_took_once(stage: Stage) -> None:
    """The replication's and the owner's, which no migration changes: the primary is told, then the secrets are
    replaced."""
    manager, database, names = stage.machines["manager"], stage.machines["database"], _names(stage)
    tell, replace = commands("swarm.md", "\\password replication")
    tell = tell.replace(" --tty", "")  # there is no terminal here: psql then reads it twice from what it is given
    new = {"replication": "another of the rehearsal", "minitwit": "the-owner-has-another"}
    for role, password in new.items():
        typed(database, [tell], given=f"{password}\n{password}\n", replication=role)
    url = f"postgresql://minitwit:{new['minitwit']}@db:5432,standby:5432/minitwit?target_session_attrs=primary"
    for name, content in (*new.items(), ("url", url)):
        manager.run("sh", "-c", f"cat >/root/{name}", given=content)
    began = time.time()
    typed(manager, ["cd /root", replace], FILE="replication")
    typed(manager, ["cd /root", replace], **{"replication_password=FILE": "minitwit=minitwit database_url=url"})
    stage.until("the standby follows", lambda: follows(stage, "standby", of="db"), 120)
    with stage.playing() as played:
        stage.until("messages are taken", lambda: len(played.acknowledged()) > 100, 60)
    stage.show(
        "other passwords for the replication and the owner",
        f"{time.time() - began:.0f} s until commits wait for the standby again",
        good=stage.inside("standby", "cat", "/run/secrets/replication_password") == new["replication"]
        and _names(stage) == names,
    )


def _names(stage: Stage) -> list[str]:
    """Of the secrets: those of between have to go."""
    return sorted(stage.manager("secret", "ls", "--format", "{{.Name}}").split())


def _signs_in_with(stage: Stage) -> str:
    return stage.inside("web", "cat", "/run/secrets/database_url_site")
