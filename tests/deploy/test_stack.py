"""The stack keeps its promises: each rule holds for it, and finds the copy of it in which somebody broke just that."""

from collections.abc import Callable, Iterator

import pytest

from tests.deploy import containers
from tests.deploy.stack import Tree

Rule = Callable[[Tree], Iterator[str]]
STACK = "docker-stack.yml"


@pytest.mark.parametrize("rule", containers.RULES, ids=lambda rule: rule.__name__)
def test_in_the_stack(rule: Rule) -> None:
    assert list(rule(Tree())) == []


BROKEN: list[tuple[Rule, str, str, str, str]] = [
    (
        containers.only_the_proxy_publishes,
        STACK,
        "    command: [serve]\n    stop_signal: SIGINT # a",
        "    command: [serve]\n    ports: [5432]\n    stop_signal: SIGINT # a",
        "db publishes [5432]",
    ),
    (
        containers.only_the_proxy_publishes,
        STACK,
        "{target: 443, published: 443, protocol: tcp, mode: host}",
        "{target: 443, published: 443, protocol: tcp, mode: ingress}",
        "proxy publishes",
    ),
    (
        containers.each_is_limited,
        STACK,
        'limits: {cpus: "1.0", memory: 1G}',
        'limits: {cpus: "1.0"}',
        "prometheus is limited in ['cpus']",
    ),
    (containers.each_is_limited, STACK, 'limits: {cpus: "0.5", memory: 256M}', "limits: {memory: 256M}", "filebeat is"),
    (
        containers.what_is_reserved_is_within_the_limit,
        STACK,
        'cpus: "0.2", memory: 96M',
        'cpus: "0.2", memory: 1G',
        "web reserves more memory than it may use",
    ),
    (
        containers.lines_are_bounded,
        STACK,
        "networks: [edge]\n    logging: *bounded",
        "networks: [edge]",
        "proxy may fill a disk",
    ),
    (containers.lines_are_bounded, STACK, ', max-file: "3"', "", "web may fill a disk with its lines"),
    (
        containers.a_release_that_fails_is_taken_back,
        STACK,
        "failure_action: rollback\n",
        "failure_action: pause\n",
        "web is not taken back when it fails",
    ),
    (
        containers.a_release_that_fails_is_taken_back,
        STACK,
        "      rollback_config: *replaced-back\n",
        "",
        "proxy is not taken back when it fails",
    ),
    (
        containers.a_door_goes_when_the_next_one_has_come,
        STACK,
        "update_config: *rolling\n",
        "update_config: *replaced\n",
        "api goes before the next one has come",
    ),
    (
        containers.what_holds_a_volume_or_a_port_goes_before_the_next_one_comes,
        STACK,
        "update_config: *replaced\n",
        "update_config: *rolling\n",
        "db comes while the one before still holds",
    ),
    (
        containers.what_ends_is_begun_again_only_when_it_failed,
        STACK,
        "condition: on-failure",
        "condition: any",
        "[] are run to their end",
    ),
    (containers.root_file_systems_are_read_only, STACK, "read_only: true\n  stop", "stop", "web may write into"),
    (
        containers.capabilities_are_dropped,
        STACK,
        "cap_drop: [ALL]\n    read_only: true\n    environment: {DOM",
        "read_only: true\n    environment: {DOM",
        "grafana has capabilities",
    ),
    (
        containers.capabilities_are_dropped,
        STACK,
        "    cap_drop: [ALL]\n    stop_grace_period: 60s",
        "    cap_drop: [ALL]\n    cap_add: [SYS_ADMIN]\n    stop_grace_period: 60s",
        "elasticsearch has capabilities",
    ),
    (
        containers.nobody_is_cut_off_while_it_drains,
        STACK,
        "stop_grace_period: 20s",
        "stop_grace_period: 5s",
        "web is killed after 5 s and drains for 5.0",
    ),
    (
        containers.nobody_is_cut_off_while_it_drains,
        "deploy/nginx/nginx.conf",
        "worker_shutdown_timeout 10s",
        "worker_shutdown_timeout 60s",
        "proxy is killed after 30 s and drains for 60",
    ),
    (containers.images_are_pinned, STACK, "node-exporter:v1.5.0", "node-exporter:latest", "node-exporter is whatever"),
    (containers.images_are_pinned, STACK, "blackbox-exporter:v0.23.0", "blackbox-exporter", "blackbox-exporter is"),
    (containers.images_are_pinned, STACK, "${IMAGE_WEB:?}", "${IMAGE_WEB:-web:latest}", "web is whatever"),
    (
        containers.each_stands_on_its_machine,
        STACK,
        "placement: *on-database",
        "placement: *on-manager",
        "db stands where ['node.labels.role == manager'] says",
    ),
    (
        containers.each_stands_on_its_machine,
        STACK,
        "mode: global\n",
        "mode: replicated\n",
        "filebeat stands where [] says",
    ),
    (containers.doors_are_one_a_worker, STACK, "  preferences: [spread: node.id]\n", "", "web is not one replica"),
    (
        containers.nobody_has_a_virtual_address,
        STACK,
        "  endpoint_mode: dnsrr\n  update",
        "  update",
        "migrate has a virtual address",
    ),
    (
        containers.each_has_a_health_check,
        "deploy/kibana/Dockerfile",
        "HEALTHCHECK --interval",
        "LABEL --interval",
        "kibana is not looked after",
    ),
    (
        containers.each_has_a_health_check,
        "deploy/nginx/Dockerfile",
        "HEALTHCHECK",
        "LABEL",
        "proxy is not looked after",
    ),
    (
        containers.each_has_a_health_check,
        STACK,
        "    healthcheck: {disable: true}",
        "",
        "elasticsearch-setup is not looked after",
    ),
]


@pytest.mark.parametrize(
    ("rule", "file", "was", "becomes", "found"), BROKEN, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_broken_copy_is_found(rule: Rule, file: str, was: str, becomes: str, found: str) -> None:
    sentences = list(rule(Tree().with_change(file, was, becomes)))
    assert [sentence for sentence in sentences if sentence.startswith(found)], sentences


def test_each_rule_has_been_seen_to_find_something() -> None:
    assert {rule for rule, *_ in BROKEN} == set(containers.RULES)
