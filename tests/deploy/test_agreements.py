"""The stack and what stands around it fit together: secrets, variables, networks, configs, and what the rehearsal
replaces. Each rule is seen to find the change that breaks it."""

from collections.abc import Callable, Iterator

import pytest

from tests.deploy import agreements
from tests.deploy.stack import Tree

Rule = Callable[[Tree], Iterator[str]]
STACK = "docker-stack.yml"
SECRETS = "deploy/provision/secrets.sh"
PROMETHEUS = "deploy/prometheus/prometheus.yml"


@pytest.mark.parametrize("rule", agreements.RULES, ids=lambda rule: rule.__name__)
def test_in_the_stack(rule: Rule) -> None:
    assert list(rule(Tree())) == []


BROKEN: list[tuple[Rule, str, str, str, str]] = [
    (
        agreements.secrets_are_made_elsewhere_and_none_in_vain,
        STACK,
        "  tls_key: {external: true}",
        "  tls_key: {file: key.pem}",
        "tls_key is not external",
    ),
    (
        agreements.secrets_are_made_elsewhere_and_none_in_vain,
        STACK,
        "secrets: [minitwit_metrics]",
        "secrets: [postgres]",
        "nobody makes the secret postgres",
    ),
    (
        agreements.secrets_are_made_elsewhere_and_none_in_vain,
        STACK,
        "secrets: [smtp_password, webhook_token]",
        "secrets: [smtp_password]",
        "nobody uses the secret webhook_token",
    ),
    (
        agreements.secrets_are_made_elsewhere_and_none_in_vain,
        SECRETS,
        "role minitwit_site database_url_site\n",
        "",
        "nobody makes the secret database_url_site",
    ),
    (
        agreements.secrets_are_made_elsewhere_and_none_in_vain,
        "deploy/vagrant/choices.rb",
        '"TLS_KEY_FILE" => "tls_key"',
        '"TLS_KEY_FILE" => "tls_private_key"',
        "nobody uses the secret tls_private_key",
    ),
    (
        agreements.a_secret_that_is_read_is_there,
        STACK,
        "secrets: [database_url_api, simulator_password]",
        "secrets: [database_url_api]",
        "api reads simulator_password, which it does not have",
    ),
    (
        agreements.no_password_stands_here,
        STACK,
        "DATA_SOURCE_PASS_FILE: /run/secrets/minitwit_metrics",
        "DATA_SOURCE_PASS: minitwit",
        "postgres-exporter: DATA_SOURCE_PASS is no file of a secret",
    ),
    (
        agreements.no_password_stands_here,
        STACK,
        "DATABASE_URL_FILE: /run/secrets/database_url_site",
        "DATABASE_URL: ${DATABASE_URL:?}",
        "web: DATABASE_URL is no file of a secret",
    ),
    (
        agreements.no_password_stands_here,
        STACK,
        "--es.uri=https://elasticsearch",
        "--es.uri=https://elastic:changeme@elasticsearch",
        "https://elastic:changeme@ has a password",
    ),
    (
        agreements.no_password_stands_here,
        STACK,
        "${WEBHOOK_URL:-}",
        "${WEBHOOK_TOKEN:-}",
        "WEBHOOK_TOKEN would be in a listing",
    ),
    (
        agreements.each_is_in_the_networks_it_needs,
        STACK,
        "networks: [edge, data, monitoring]",
        "networks: [edge, data]",
        "prometheus is in no network with tasks.web",
    ),
    (
        agreements.each_is_in_the_networks_it_needs,
        STACK,
        "networks: [edge, monitoring, logging]",
        "networks: [edge, data, monitoring, logging]",
        "grafana has no business in data",
    ),
    (
        agreements.each_is_in_the_networks_it_needs,
        STACK,
        "    networks: [edge]\n",
        "    networks: [edge, monitoring]\n",
        "proxy has no business in monitoring",
    ),
    (
        agreements.each_is_in_the_networks_it_needs,
        STACK,
        "aliases: [database-2]",
        "aliases: [second]",
        "postgres-exporter asks for database-2, and there is no such service",
    ),
    (
        agreements.each_is_in_the_networks_it_needs,
        PROMETHEUS,
        "tasks.grafana",
        "tasks.dashboards",
        "prometheus asks for tasks.dashboards, and there is no such service",
    ),
    (
        agreements.who_is_asked_listens_there,
        PROMETHEUS,
        "port: 8001",
        "port: 8000",
        "prometheus asks tasks.api at 8000, and it listens at ['8001']",
    ),
    (
        agreements.who_is_asked_listens_there,
        "deploy/nginx/variables.env",
        "tasks.kibana:5601",
        "tasks.kibana:443",
        "proxy asks tasks.kibana at 443",
    ),
    (
        agreements.the_edge_leads_to_what_the_proxy_shows_and_data_is_encrypted,
        "deploy/nginx/variables.env",
        "tasks.grafana:3000",
        "tasks.prometheus:9090",
        "the proxy leads to ['api', 'kibana', 'prometheus', 'web']",
    ),
    (
        agreements.the_edge_leads_to_what_the_proxy_shows_and_data_is_encrypted,
        STACK,
        "    networks: [edge]\n",
        "    networks: [edge, data]\n",
        "the proxy shares ['data', 'edge'] with web",
    ),
    (
        agreements.the_edge_leads_to_what_the_proxy_shows_and_data_is_encrypted,
        STACK,
        '    driver_opts: {encrypted: ""}\n',
        "",
        "data is encrypted, or is not and should be",
    ),
    (
        agreements.a_config_has_the_hash_of_its_file_in_its_name,
        STACK,
        "name: blackbox-${CONFIG_BLACKBOX:?}",
        "name: blackbox",
        "the config blackbox would stay when deploy/prometheus/blackbox.yml changes",
    ),
    (
        agreements.a_config_has_the_hash_of_its_file_in_its_name,
        "deploy/release",
        "$(hash deploy/prometheus/blackbox.yml)",
        "$(hash deploy/prometheus/prometheus.yml)",
        "the config blackbox would stay",
    ),
    (
        agreements.a_config_has_the_hash_of_its_file_in_its_name,
        STACK,
        "file: deploy/prometheus/blackbox.yml",
        "file: deploy/prometheus/black-box.yml",
        "deploy/prometheus/black-box.yml is not there",
    ),
    (
        agreements.every_variable_is_set,
        STACK,
        "${IMAGE_KIBANA:?}",
        "${IMAGE_LOGS:?}",
        "nobody sets IMAGE_LOGS",
    ),
    (agreements.every_variable_is_set, STACK, "${SMTP_HOST:-}", "${SMTP_HOST:?}", "SMTP_HOST is not wanted as it is"),
    (
        agreements.every_variable_is_set,
        "deploy/vagrant/choices.rb",
        '["DOMAIN", "PUBLIC_SIMULATOR",',
        '["DOMAIN",',
        "nobody sets PUBLIC_SIMULATOR",
    ),
    (
        agreements.every_variable_is_set,
        "deploy/images",
        "filebeat elasticsearch kibana}",
        "filebeat elasticsearch}",
        "deploy/images builds other images than deploy/release releases",
    ),
    (
        agreements.the_rehearsal_replaces_what_cannot_run_there_and_nothing_else,
        "local/rehearse/stack.yml",
        "  kibana: *absent\n",
        "  kibana: *absent\n  alertmanager: *absent\n",
        "the rehearsal replaces",
    ),
    (
        agreements.the_rehearsal_replaces_what_cannot_run_there_and_nothing_else,
        STACK,
        "  blackbox-exporter:\n",
        "  prober:\n",
        "the rehearsal replaces blackbox-exporter, and there is no such service",
    ),
]


@pytest.mark.parametrize(
    ("rule", "file", "was", "becomes", "found"), BROKEN, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_broken_copy_is_found(rule: Rule, file: str, was: str, becomes: str, found: str) -> None:
    sentences = list(rule(Tree().with_change(file, was, becomes)))
    assert [sentence for sentence in sentences if sentence.startswith(found)], sentences


def test_each_rule_has_been_seen_to_find_something() -> None:
    assert {rule for rule, *_ in BROKEN} == set(agreements.RULES)
