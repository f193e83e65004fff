"""A secret is replaced in every service that holds it, and nothing is lost when it goes wrong or is cut short: the real
scripts, on a manager whose docker keeps secrets and services in a file, and refuses what Docker refuses."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

DOCKER = """
import json, os, sys
from pathlib import Path
place = Path(os.environ["STATE"])
state = json.loads(place.read_text())
words = sys.argv[1:]
secrets, services = state["secrets"], state["services"]
with open(os.environ["RECORD"], "a") as record:
    record.write(" ".join(words) + chr(10))
last = words[-1]
if words[:2] == ["secret", "ls"]:
    print("\\n".join(secrets))
elif words[:2] == ["secret", "create"]:
    name, path = words[2:]
    if name in secrets or name == os.environ.get("CUT_SHORT"):
        sys.exit("already exists, or cut short")
    secrets[name] = Path(path).read_text()
elif words[:2] == ["secret", "rm"]:
    for name in words[2:]:
        if any(name == held for each in services.values() for held, *_ in each["holds"]):
            sys.exit(f"{name} is in use")
        del secrets[name]
elif words[:2] == ["stack", "services"]:
    print("\\n".join(services))
elif words[:2] == ["service", "inspect"] and "State" in words[3]:
    print(services[last]["state"])
elif words[:2] == ["service", "inspect"]:
    print("\\n".join(" ".join(held) for held in services[last]["holds"]))
elif words[:2] == ["service", "ps"]:
    print(services[last]["tries"], "Complete 2 seconds ago" if not services[last].get("ill") else "Failed now")
elif words[:2] == ["service", "update"]:
    service = services[last]
    gone = [words[place + 1] for place, word in enumerate(words) if word == "--secret-rm"]
    come = [dict(part.split("=") for part in words[place + 1].split(","))
            for place, word in enumerate(words) if word == "--secret-add"]
    if any(secret["source"] not in secrets for secret in come):
        sys.exit("no such secret")
    content = [secrets[secret["source"]] for secret in come]
    service["tries"] += 1
    service["state"] = "rollback_completed" if "bad" in content else "completed"
    if "bad" in content:  # and nothing is said of it
        sys.exit(0)
    service["saw"] += content
    for each in come:
        each["mode"] = f"{int(each['mode'], 8 if each['mode'][0] == '0' else 10):o}"  # as Go reads it
    kept = [held for held in service["holds"] if held[0] not in gone]
    service["holds"] = kept + [[each[key] for key in ("source", "target", "uid", "gid", "mode")] for each in come]
place.write_text(json.dumps(state))
"""


@dataclass(frozen=True)
class Swarm:
    home: Path

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads((self.home / "state").read_text())
        return state

    @property
    def record(self) -> list[str]:
        return (self.home / "record").read_text().splitlines()

    def start(self, secrets: dict[str, str], **holds: list[list[str]]) -> None:
        docker = self.home / "docker.py"
        docker.write_text(DOCKER)
        begins = f'#!/bin/sh\nexec "{sys.executable}" -ISs "{docker}" "$@"\n'
        for name, text in {"docker": begins, "sleep": "#!/bin/sh\n"}.items():
            program = self.home / "programs" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(text)
            program.chmod(0o755)
        services = {f"minitwit_{name}": {"holds": each, "tries": 0, "saw": []} for name, each in holds.items()}
        self.keep({"secrets": secrets, "services": services})

    def keep(self, state: dict[str, Any]) -> None:
        (self.home / "state").write_text(json.dumps(state))

    def run(self, script: str, *words: str, **environment: str) -> tuple[int, str, str]:
        (self.home / "record").write_text("")
        known = {
            "PATH": f"{self.home / 'programs'}:{os.environ['PATH']}",
            "STATE": str(self.home / "state"),
            "RECORD": str(self.home / "record"),
            "LOCK": str(self.home / "lock"),
            "PATIENCE": "5",
        }
        done = subprocess.run(
            ["sh", str(ROOT / "deploy" / script), *words],
            env={**known, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        return done.returncode, done.stdout, done.stderr


def plain(name: str) -> list[str]:
    return [name, name, "0", "0", "444"]


@pytest.fixture
def swarm(tmp_path: Path) -> Swarm:
    """Three doors' worth of secrets, one of which is under another name and for its owner's eyes in a service."""
    swarm = Swarm(tmp_path)
    secrets = dict.fromkeys(("simulator_password", "minitwit_site", "database_url_site", "tls_key", "other"), "before")
    swarm.start(
        secrets,
        web=[plain("database_url_site"), ["simulator_password", "password", "10001", "10001", "400"]],
        migrate=[plain("minitwit_site")],
        api=[plain("simulator_password"), plain("other")],
        proxy=[plain("tls_key")],
    )
    (tmp_path / "new").write_text("after")
    (tmp_path / "bad").write_text("bad")
    return swarm


def test_every_holder_gets_the_new_content_under_the_old_name_and_in_the_place_it_had(swarm: Swarm) -> None:
    held = {name: each["holds"] for name, each in swarm.state["services"].items()}
    assert swarm.run("secret", f"simulator_password={swarm.home}/new") == (0, "Replaced: simulator_password.\n", "")
    state = swarm.state
    assert state["secrets"]["simulator_password"] == "after"
    assert len(state["secrets"]) == 5, "the names of between are gone"
    for name, service in state["services"].items():
        assert sorted(service["holds"]) == sorted(held[name])
        assert service["saw"] == (["after", "after"] if name in {"minitwit_web", "minitwit_api"} else [])


def test_what_belongs_together_is_exchanged_in_one_go(swarm: Swarm) -> None:
    state = swarm.state
    state["secrets"]["tls_certificate"] = "before"
    state["services"]["minitwit_proxy"]["holds"].append(plain("tls_certificate"))
    swarm.keep(state)
    code, said, _ = swarm.run("secret", f"tls_key={swarm.home}/new", f"tls_certificate={swarm.home}/new")
    assert (code, said) == (0, "Replaced: tls_key tls_certificate.\n")
    updates = [line for line in swarm.record if line.startswith("service update")]
    assert len(updates) == 2
    assert all(line.count("--secret-add") == 2 for line in updates)


def test_one_with_which_a_service_does_not_become_ready_leaves_the_old_one(swarm: Swarm) -> None:
    code, _, complained = swarm.run("secret", f"tls_key={swarm.home}/bad")
    assert (code, complained.splitlines()[-1].split(":")[0]) == (1, "minitwit_proxy did not become ready with it")
    assert swarm.state["secrets"]["tls_key"] == "before"
    assert swarm.state["services"]["minitwit_proxy"]["holds"] == [plain("tls_key")]


@pytest.mark.parametrize("first", ["bad", "new"], ids=["after a bad one", "after one that was cut short"])
def test_the_same_again_finishes_it(swarm: Swarm, first: str) -> None:
    assert swarm.run("secret", f"tls_key={swarm.home}/{first}", CUT_SHORT="tls_key")[0] == 1
    os.utime(swarm.home / "new")
    assert swarm.run("secret", f"tls_key={swarm.home}/new", CUT_SHORT="")[0] == 0
    state = swarm.state
    assert state["services"]["minitwit_proxy"]["holds"] == [plain("tls_key")]
    assert state["secrets"]["tls_key"] == "after"
    assert len(state["secrets"]) == 5


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "secret NAME=FILE …\n"),
        (("nobody=/dev/null",), "There is no secret nobody.\n"),
        (("tls_key=/not/there",), "tls_key wants a file: tls_key=FILE.\n"),
        (("tls_key",), "tls_key wants a file: tls_key=FILE.\n"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(swarm: Swarm, words: tuple[str, ...], sentence: str) -> None:
    before = swarm.state
    assert swarm.run("secret", *words) == (1, "", sentence)
    assert swarm.state == before


def test_a_role_gets_a_password_that_postgresql_hears_of_before_the_door(swarm: Swarm) -> None:
    assert swarm.run("password", "minitwit_site")[:2] == (0, "Replaced: minitwit_site database_url_site.\n")
    password = swarm.state["secrets"]["minitwit_site"]
    assert len(password) == 48
    address = f"postgresql://minitwit_site:{password}@db:5432,standby:5432/minitwit?target_session_attrs=primary"
    assert swarm.state["secrets"]["database_url_site"] == address
    updates = [line.rpartition(" ")[2] for line in swarm.record if line.startswith("service update")]
    assert updates == ["minitwit_migrate", "minitwit_web"] * 2
    assert password not in "".join(swarm.record), "nothing is on a command line"


def test_elasticsearch_hears_of_a_password_before_who_signs_in_with_it(swarm: Swarm) -> None:
    state = swarm.state
    state["secrets"]["filebeat_password"] = "before"
    for name in ("minitwit_filebeat", "minitwit_elasticsearch-setup"):
        state["services"][name] = {"holds": [plain("filebeat_password")], "tries": 0, "saw": []}
    swarm.keep(state)
    assert swarm.run("secret", f"filebeat_password={swarm.home}/new")[0] == 0
    updates = [line.rpartition(" ")[2] for line in swarm.record if line.startswith("service update")]
    assert updates == ["minitwit_elasticsearch-setup", "minitwit_filebeat"] * 2


def test_the_address_is_the_one_that_the_secrets_were_made_with() -> None:
    made, given = ((ROOT / "deploy" / path).read_text() for path in ("provision/secrets.sh", "password"))
    line = "postgresql://%s:%s@db:5432,standby:5432/minitwit?target_session_attrs=primary"
    assert made.count(line) == given.count(line) == 1


def test_a_job_that_does_not_end_well_ends_it(swarm: Swarm) -> None:
    state = swarm.state
    state["services"]["minitwit_migrate"]["ill"] = True
    swarm.keep(state)
    words = "minitwit_migrate does not end well: docker service logs minitwit_migrate says why.\n"
    assert swarm.run("password", "minitwit_site") == (1, "", words)
    assert swarm.state["secrets"]["database_url_site"] == "before"
    assert swarm.state["services"]["minitwit_web"]["saw"] == []


@pytest.mark.parametrize("role", ["", "minitwit", "postgres"])
def test_only_the_roles_that_a_migration_gives_passwords_to_get_one(swarm: Swarm, role: str) -> None:
    words = "password minitwit_site, minitwit_api, minitwit_metrics or minitwit_dba.\n"
    assert swarm.run("password", role) == (1, "", words)
