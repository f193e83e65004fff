#!/bin/sh
# On the manager: makes the stack's secrets that are not there yet. Those that nobody has to know are made up here and
# are known to the swarm alone; those that the operator has to give come by stdin, "name base64" a line. None is
# replaced: services hold on to a secret by its name, and PostgreSQL to the passwords that it was made with.
set -eu

names=$(docker secret ls --format '{{.Name}}')
is_there() { printf '%s\n' "$names" | grep -qx "$1"; }
random() { openssl rand -hex 24; }
store() { docker secret create "$1" - >/dev/null; }

# A role of db/roles.sql has its password in one secret, for PostgreSQL, and in another the address that a service reads
# it from: both hosts are in it, and the primary is sought. A half that is left of a run that was cut short goes.
role() {
    is_there "$1" && is_there "$2" && return
    for half in "$1" "$2"; do
        if is_there "$half"; then docker secret rm "$half" >/dev/null; fi
    done
    password=$(random)
    printf '%s' "$password" | store "$1"
    printf 'postgresql://%s:%s@db:5432,standby:5432/minitwit?target_session_attrs=primary' "$1" "$password" | store "$2"
}

while read -r name content; do
    is_there "$name" || printf '%s' "$content" | base64 -d | store "$name"
done

role minitwit database_url
role minitwit_site database_url_site
role minitwit_api database_url_api
for name in minitwit_dba minitwit_metrics replication_password backup_passphrase grafana_admin_password \
    grafana_secret_key elasticsearch_password elasticsearch_exporter_password elasticsearch_grafana_password \
    filebeat_password kibana_system_password kibana_encryption_key kibana_session_key smtp_password webhook_token; do
    is_there "$name" || random | tr -d '\n' | store "$name"
done

# A certificate that is its own authority, for machines inside: who shows it is known by it, and no other is trusted. Ten years
# are longer than a swarm lives.
#   certificate CERTIFICATE KEY NAME HOST…
certificate() {
    certificate=$1 key=$2 name=$3
    is_there "$certificate" && is_there "$key" && return
    for half in "$certificate" "$key"; do
        if is_there "$half"; then docker secret rm "$half" >/dev/null; fi
    done
    shift 3
    made=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null)
    printf '%s\n' "$made" | openssl req -x509 -new -key /dev/stdin -days 3650 -subj "/CN=$name" \
        -addext "subjectAltName=$(printf 'DNS:%s\n' "$@" | paste -s -d , -)" | store "$certificate"
    printf '%s\n' "$made" | store "$key"
}

certificate elasticsearch_certificate elasticsearch_key elasticsearch elasticsearch kibana
# By this one the servers and the repository of the backups know each other, in both directions.
certificate backup_certificate backup_key backup repository db-agent standby-agent
