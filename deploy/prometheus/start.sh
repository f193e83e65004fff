#!/bin/sh
# Starts Prometheus in its container. It fills in no variables itself, so the names whose certificates are looked at are
# written down here first. What is said to this script is said to Prometheus.
set -eu

case ${DOMAIN:-} in
'' | *[!A-Za-z0-9.-]*)
    echo "DOMAIN has to be the site's host name." >&2
    exit 1
    ;;
esac
# shellcheck disable=SC2016 # the template's variable, not one of this shell
sed 's/${DOMAIN}/'"$DOMAIN"'/g' /etc/prometheus/certificates.yml.template >/tmp/certificates.yml

exec /bin/prometheus --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/prometheus "$@"
