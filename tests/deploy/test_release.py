"""A release comes into force as a whole, or ends with a sentence that says what did not: the real scripts, on a manager
whose docker writes down what it is asked for."""

import fcntl
import hashlib
import re

import pytest

from tests.deploy.swarm import REGISTRY, REVISION, ROOT, Manager

IMAGES = [
    *("web", "api", "migrate", "proxy", "database", "prometheus", "alertmanager", "grafana"),
    *("filebeat", "elasticsearch", "kibana"),
]
DEPLOY = "stack deploy --prune --resolve-image changed --compose-file docker-stack.yml minitwit"
MIGRATE = f"service update --quiet --detach --image {REGISTRY}/migrate@sha256:migrate minitwit_migrate"
ROLL_BACK = "service rollback --quiet --detach minitwit_migrate"


def test_a_release_brings_each_image_by_the_digest_that_the_registry_has_of_it(manager: Manager) -> None:
    assert manager.release() == (0, f"{REVISION} is in force, 2 replicas of each door.\n", "")
    for name in IMAGES:
        assert manager.environment[f"IMAGE_{name.upper()}"] == f"{REGISTRY}/{name}@sha256:{name}"
    for line, name in zip(manager.fetched, IMAGES, strict=True):
        assert f"--cacert /etc/docker/certs.d/{REGISTRY}/ca.crt" in line
        assert line.endswith(f"https://{REGISTRY}/v2/{name}/manifests/{REVISION}")


def test_the_stack_is_told_how_many_workers_there_are_and_what_its_configs_are(manager: Manager) -> None:
    manager.release()
    assert manager.environment["WORKERS"] == "2"
    for name, file in (
        ("POSTGRES_EXPORTER", "postgres_exporter/queries.yaml"),
        ("BLACKBOX", "prometheus/blackbox.yml"),
    ):
        content = (ROOT / "deploy" / file).read_bytes()
        assert manager.environment[f"CONFIG_{name}"] == hashlib.sha256(content).hexdigest()[:12]


def test_at_the_very_first_time_the_stack_itself_migrates(manager: Manager) -> None:
    manager.release()
    assert manager.changed == [DEPLOY]


def test_from_then_on_the_database_is_migrated_before_anything_else_changes(manager: Manager) -> None:
    manager.has_a_stack()
    assert manager.release()[0] == 0
    assert manager.changed == [MIGRATE, DEPLOY]


def test_what_is_new_in_the_schema_is_tried_on_a_copy_before(manager: Manager) -> None:
    manager.has_a_stack()
    manager.says("migrations", "those of before")
    manager.says("task-minitwit_copy", "Running 1 second ago")
    manager.says("task-minitwit_try-migration", "Complete 1 second ago")
    assert manager.release()[0] == 0
    assert [name for line in manager.changed for name in re.findall("--name (.*?) ", line)] == [
        "minitwit_copy",
        "minitwit_try-migration",
    ]
    assert manager.changed[-3:] == ["service rm minitwit_copy", MIGRATE, DEPLOY]


@pytest.mark.parametrize(
    ("copy", "trial"), [("Failed 1 second ago", ""), ("Running 1 second ago", "Failed 1 second ago")]
)
def test_what_fails_on_the_copy_or_has_none_changes_nothing(manager: Manager, copy: str, trial: str) -> None:
    manager.has_a_stack()
    manager.says("migrations", "those of before")
    manager.says("task-minitwit_copy", copy)
    manager.says("task-minitwit_try-migration", trial)
    code, _, complained = manager.release()
    words = "The migration failed on a copy of the data, or there is no copy: nothing was changed."
    assert (code, complained.splitlines()[-1]) == (1, words)
    assert not {MIGRATE, DEPLOY} & set(manager.changed)


def test_an_image_that_is_not_there_is_named_and_nothing_is_changed(manager: Manager) -> None:
    manager.has_a_stack()
    manager.says("missing-kibana")
    assert manager.release() == (1, "", f"The registry has no image kibana:{REVISION}.\n")
    assert manager.changed == []


def test_without_a_worker_nothing_is_changed(manager: Manager) -> None:
    manager.says("nodes", "one manager active ready", "two worker active down")
    words = "No worker is ready: docker node ls says which machines there are.\n"
    assert manager.release() == (1, "", words)
    assert manager.changed == []


def test_a_migration_that_fails_three_times_is_taken_back_and_nothing_else_was_changed(manager: Manager) -> None:
    manager.has_a_stack()
    manager.says("task-minitwit_migrate", 'Failed 1 second ago "task: non-zero exit (1)"')
    manager.says("fails", "first", "second", "third")
    code, said, complained = manager.release(PATIENCE="100000")
    assert (code, said, complained.count("\n")) == (1, "", 1)
    assert complained.startswith(
        'The migration failed (Failed 1 second ago "task: non-zero exit (1)"), and nothing else'
    )
    assert manager.changed == [MIGRATE, ROLL_BACK]


def test_a_migration_that_does_not_end_is_waited_for_as_long_as_for_all_else(manager: Manager) -> None:
    manager.has_a_stack()
    manager.says("task-minitwit_migrate", "Running 5 seconds ago ")
    manager.says("fails", "first")
    code, _, complained = manager.release()
    assert (code, complained.startswith("The migration failed (Running 5 seconds ago )")) == (1, True)
    assert manager.changed == [MIGRATE, ROLL_BACK]


def test_another_go_of_a_release_whose_migration_failed_gets_its_three_tries_again(manager: Manager) -> None:
    manager.has_a_stack()
    manager.says("failed", "first", "second", "third")
    manager.says("fails", "fourth", "fifth")
    manager.says("task-minitwit_migrate", "Running 5 seconds ago ")
    manager.says("after-sleeping", "Complete 1 second ago ")
    assert manager.release()[0] == 0
    assert manager.changed == [MIGRATE, DEPLOY]


def test_what_docker_says_of_a_stack_that_it_refuses_is_passed_on(manager: Manager) -> None:
    manager.says("refused")
    assert manager.release() == (1, "", "Docker refuses.\n")


@pytest.mark.parametrize(("service", "state"), [("web", "rollback_completed"), ("filebeat", "paused")])
def test_what_docker_took_back_is_named_although_docker_says_that_all_is_well(
    manager: Manager, service: str, state: str
) -> None:
    manager.says(f"during-minitwit_{service}", state)
    code, said, complained = manager.release()
    assert (code, said, complained.count("\n")) == (1, "", 1)
    assert complained.startswith(
        f"{REVISION} was taken back by Docker, since it did not become ready: minitwit_{service}."
    )


@pytest.mark.parametrize(("taken", "other"), [("api", "web"), ("web", "api")])
def test_a_door_whose_other_was_taken_back_goes_back_with_it(manager: Manager, taken: str, other: str) -> None:
    manager.says(f"during-minitwit_{taken}", "rollback_completed")
    manager.says(f"during-minitwit_{other}", "completed")
    code, _, complained = manager.release()
    assert (code, manager.changed) == (1, [DEPLOY, f"service rollback --quiet minitwit_{other}"])
    assert f"did not become ready: minitwit_{taken}, and minitwit_{other} with it. docker service ps" in complained


@pytest.mark.parametrize(
    ("taken", "other"),
    [
        (("web", "api"), None),
        (("filebeat",), "completed"),
        (("api",), "completed,2025-01-01 12:00:00.5 +0000 UTC"),
    ],
    ids=["both went back", "it was no door", "this release did not change it"],
)
def test_otherwise_a_door_stays_as_it_is(manager: Manager, taken: tuple[str, ...], other: str | None) -> None:
    for service in taken:
        manager.says(f"during-minitwit_{service}", "rollback_completed")
    if other:
        manager.says(f"{'updated' if ',' in other else 'during'}-minitwit_web", other)
    assert manager.release()[0] == 1
    assert manager.changed == [DEPLOY]


@pytest.mark.parametrize("script", ["deploy/release", "deploy/promote", "deploy/restore"])
def test_one_after_the_other_releases_promotes_or_restores(manager: Manager, script: str) -> None:
    """The lock is that of whoever comes first, and ends with that process."""
    with manager.lock.open("w") as held:
        held.write("promote standby (process 4242)\n")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        words = "promote standby (process 4242) is on its way: wait for it, or end it with kill, and say this again.\n"
        assert manager.run(script, "db", environment={"PATIENCE": "0"}) == (1, "", words)
        assert manager.changed == []
    manager.release()
    assert manager.changed == [DEPLOY]
    assert manager.lock.read_text().startswith(f"The release {REVISION} (process ")


def test_what_was_taken_back_at_an_earlier_release_is_not_told_again(manager: Manager) -> None:
    manager.has_a_stack()
    manager.says("updated-minitwit_web", "rollback_completed,2025-01-01 12:00:00.5 +0000 UTC")
    assert manager.release()[0] == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("afterwards", "minitwit_api 1/2", "minitwit_web 2/2"), "minitwit_api has 1/2 replicas"),
        (("during-minitwit_web", "updating"), "minitwit_web is being updated"),
        (("during-minitwit_web", "rollback_started"), "minitwit_web is being updated"),
        (
            ("task-minitwit_elasticsearch-setup", "Failed 2 seconds ago"),
            "minitwit_elasticsearch-setup has not ended well",
        ),
        (("silent",), "Docker does not answer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_stand_in_time_is_named(manager: Manager, change: tuple[str, ...], words: str) -> None:
    manager.says(*change)
    assert manager.release() == (1, "", f"{REVISION} does not stand after 6 s: {words}.\n")


def test_all_that_does_not_stand_is_named_in_one_sentence(manager: Manager) -> None:
    manager.says("afterwards", "minitwit_api 1/2", "minitwit_web 0/2")
    words = "minitwit_api has 1/2 replicas,minitwit_web has 0/2 replicas"
    assert manager.release() == (1, "", f"{REVISION} does not stand after 6 s: {words}.\n")


def test_an_override_is_merged_over_the_stack_and_what_was_not_built_is_not_asked_for(manager: Manager) -> None:
    for name in set(IMAGES) - {"web", "migrate"}:
        manager.says(f"missing-{name}")
    code, _, complained = manager.release(OVERRIDE="/etc/minitwit/rehearsal.yml", IMAGES="web,migrate")
    assert (code, complained) == (0, "")
    assert manager.changed == [DEPLOY.replace(" minitwit", " --compose-file /etc/minitwit/rehearsal.yml minitwit")]
    assert manager.environment["IMAGE_MIGRATE"] == f"{REGISTRY}/migrate@sha256:migrate"
    assert manager.environment["IMAGE_KIBANA"] == f"{REGISTRY}/kibana@none"
