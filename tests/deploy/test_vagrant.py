"""`vagrant up` makes the machines and one swarm of them, and the CI server releases: each claim by Vagrant itself."""

import base64
from pathlib import Path

import pytest

from tests.deploy.vagrant import ROOT, TOKEN, Said, Vagrant, step, vagrant_in

pytestmark = pytest.mark.vagrant


@pytest.fixture
def vagrant(tmp_path: Path) -> Vagrant:
    return vagrant_in(tmp_path)


@pytest.fixture(scope="module")
def with_three(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """What `WORKERS=3 vagrant up` does when there is nothing yet."""
    said = vagrant_in(tmp_path_factory.mktemp("three"))("up", WORKERS="3")
    assert said.code == 0, said.words
    return said


def test_the_vagrantfile_is_valid(vagrant: Vagrant) -> None:
    said = vagrant("validate")
    assert (said.code, said.words) == (0, "Vagrantfile validated successfully.\n")


@pytest.mark.parametrize(("workers", "names"), [("1", ["worker-1"]), ("3", ["worker-1", "worker-2", "worker-3"])])
def test_the_number_of_workers_is_one_number(vagrant: Vagrant, workers: str, names: list[str]) -> None:
    said = vagrant("status", WORKERS=workers)
    machines = [line.split()[0] for line in said.words.splitlines() if "not_created" in line]
    assert machines == ["ci", "manager", *names, "database", "logging"]


def test_what_only_the_operator_knows_has_no_default_and_all_that_is_missing_is_said_at_once(vagrant: Vagrant) -> None:
    said = vagrant("up", DIGITALOCEAN_TOKEN="", REPOSITORY="", WORKERS="0")
    assert said.code == 1
    assert said.words.splitlines() == [
        "DIGITALOCEAN_TOKEN is not set: the token of DigitalOcean's API. Write it into .env (see .env.example).",
        "REPOSITORY is not set: the address that the CI server clones from. Write it into .env (see .env.example).",
        "WORKERS has to be a whole number from 1 to 99.",
    ]
    assert said.records == []


def test_machines_are_of_the_size_their_role_needs_or_the_operator_says(with_three: Said, vagrant: Vagrant) -> None:
    assert {name: droplet["size"] for name, droplet in with_three.made.items()} == {
        "ci": "s-2vcpu-4gb",
        "manager": "s-2vcpu-4gb",
        "worker-1": "s-1vcpu-2gb",
        "worker-2": "s-1vcpu-2gb",
        "worker-3": "s-1vcpu-2gb",
        "database": "s-2vcpu-4gb",
        "logging": "s-4vcpu-8gb",
    }
    assert vagrant("up", "ci", SIZE_CI="s-8vcpu-16gb", REGION="ams3").made["ci"].items() >= {
        ("size", "s-8vcpu-16gb"),
        ("region", "ams3"),
        ("image", "debian-12-x64"),
    }


def test_every_machine_has_a_private_network_and_no_folder_of_the_operators(with_three: Said) -> None:
    for record in with_three.records:
        if "made" in record:
            assert record["made"]["private_networking"] is True
            assert record["folders"]["/vagrant"]["disabled"] is True


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("ci", ["firewall.sh 22", "docker.sh", "ci.sh install REPOSITORY=/srv/minitwit.git BRANCH=main"]),
        ("manager", ["firewall.sh 22 80 443", "docker.sh"]),
        ("worker-2", ["firewall.sh 22", "docker.sh"]),
        ("database", ["firewall.sh 22", "docker.sh"]),
        ("logging", ["firewall.sh 22", "docker.sh"]),
    ],
)
def test_a_machine_is_closed_before_docker_comes(with_three: Said, name: str, steps: list[str]) -> None:
    provisioned = [
        step(record["script"] or "")
        for record in with_three.records
        if record["machine"] == name and "script" in record
    ]
    assert [each for each in provisioned if each] == steps


def test_every_step_that_vagrant_starts_is_a_script_and_every_script_is_started(with_three: Said) -> None:
    scripts = {path.name for path in (ROOT / "deploy" / "provision").glob("*.sh")}
    started = {line.split()[1] for line in with_three.steps()}
    assert started <= scripts
    by_others = {"leave.sh", "pipeline.sh", "deploy.sh", "doors.sh"}  # at a destroy, by systemd, ci, labels
    assert scripts - started == by_others


def test_all_but_the_ci_server_join_by_a_token_that_nobody_copies(with_three: Said) -> None:
    joined = {line for line in with_three.steps() if "swarm.sh join" in line}
    assert joined == {
        f"{name}: swarm.sh join 10.77.0.{number} 10.77.0.11"
        for name, number in (("worker-1", 12), ("worker-2", 13), ("worker-3", 14), ("database", 15), ("logging", 16))
    }
    assert with_three.steps("manager").count("manager: swarm.sh init 10.77.0.11") > 1, "harmless to say again"


def test_no_token_and_no_secret_is_printed_or_named_in_a_command(vagrant: Vagrant) -> None:
    said = vagrant("up", "ci", "manager", "worker-1", VAGRANT_LOG="debug")
    assert said.code == 0
    secrets = [TOKEN, base64.b64encode(b"the content of TLS_KEY_FILE").decode()]
    for secret in secrets:
        given = [record["command"] for record in said.records if secret in record.get("command", "")]
        assert given
        assert all(secret not in command.split("<<")[0] for command in given), "by stdin only"
    assert not [line for line in said.words.splitlines() if any(secret in line for secret in secrets)]


def test_each_node_gets_the_label_of_its_role(with_three: Said) -> None:
    assert [line for line in with_three.steps("manager") if "labels.sh" in line][-1] == (
        "manager: labels.sh manager=manager worker-1=worker worker-2=worker worker-3=worker "
        "database=database logging=logging"
    )


def test_the_ci_server_starts_when_all_machines_are_in_the_swarm_and_not_before(with_three: Said) -> None:
    steps = with_three.steps()
    start = steps.index("ci: ci.sh start 10.77.0.10 10.77.0.11")
    assert steps.index("logging: swarm.sh join 10.77.0.16 10.77.0.11") < start
    allowed = "manager: allow.sh REGISTRY=10.77.0.10:5000 DOMAIN=minitwit.example PUBLIC_SIMULATOR=false"
    assert steps.index(allowed) < start
    assert sum("ci.sh start" in line for line in steps) == 1


@pytest.mark.parametrize(("name", "number"), [("worker-1", 12), ("database", 15), ("logging", 16)])
def test_a_machine_trusts_the_registry_before_it_joins_and_is_given_work(
    with_three: Said, name: str, number: int
) -> None:
    steps = with_three.steps()
    wanted = [
        "ci: registry.sh 10.77.0.10",
        f"{name}: trust.sh 10.77.0.10",
        f"{name}: swarm.sh join 10.77.0.{number} 10.77.0.11",
    ]
    places = [steps.index(step) for step in wanted]
    assert places == sorted(places)


def test_a_worker_more_is_one_number_and_vagrant_up(vagrant: Vagrant) -> None:
    assert vagrant("up", WORKERS="1").code == 0
    more = vagrant("up", WORKERS="2")
    assert list(more.made) == ["worker-2"]
    assert "worker-2: swarm.sh join 10.77.0.13 10.77.0.11" in more.steps()
    assert "10.77.0.13 worker-2" in next(
        r["command"] for r in reversed(more.records) if "machines.sh" in r.get("command", "")
    )


def test_a_machine_that_goes_is_drained_before_and_forgotten_after(vagrant: Vagrant) -> None:
    vagrant("up", "manager", "worker-1", "worker-2")
    said = vagrant("destroy", "-f", "worker-2")
    assert said.code == 0, said.words
    what = [r for r in said.records if "leave.sh" in r.get("command", "") or "destroyed" in r]
    assert [step(r["command"]) if "command" in r else f"{r['machine']} is destroyed" for r in what] == [
        "leave.sh drain worker-2",
        "worker-2 is destroyed",
        "leave.sh forget worker-2",
    ]
    assert "worker-2" not in said.records[-1]["command"], "the others let it out"


def test_a_machine_that_cannot_be_drained_is_not_destroyed(vagrant: Vagrant) -> None:
    vagrant("up", "manager", "worker-1")
    said = vagrant("destroy", "-f", "worker-1", answers={r"leave\.sh drain": 1})
    assert said.code == 1
    assert "leave.sh on manager says: It broke." in said.words
    assert not [record for record in said.records if "destroyed" in record]


def test_everything_can_be_destroyed(vagrant: Vagrant) -> None:
    vagrant("up", WORKERS="1")
    said = vagrant("destroy", "-f", WORKERS="1")
    assert said.code == 0, said.words
    assert sum("destroyed" in record for record in said.records) == 5


def test_a_step_that_failed_is_one_sentence_and_is_tried_again_by_provision(vagrant: Vagrant) -> None:
    failed = vagrant("up", "manager", "worker-1", answers={r"^manager: .*labels\.sh": 1})
    assert failed.code == 1
    assert (
        "labels.sh on manager says: It broke. When that is cured, `vagrant provision manager` goes on" in failed.words
    )
    again = vagrant("provision", "manager")
    assert again.code == 0
    assert "manager: labels.sh manager=manager" in " ".join(again.steps())


def test_a_secret_that_only_the_operator_has_is_asked_for_in_one_sentence(vagrant: Vagrant) -> None:
    said = vagrant("up", "manager", TLS_KEY_FILE="")
    assert said.code == 1
    assert "TLS_KEY_FILE is not set: it names the file with the secret tls_key." in said.words
