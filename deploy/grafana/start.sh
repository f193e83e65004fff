#!/bin/sh
# Starts Grafana in its container. Its dashboards link to addresses of this installation, which Grafana fills in from no
# variable, so they are written down here first: DOMAIN for minitwit.example, and where the repository's pages are read.
# What is said to this script is said to Grafana.
set -eu

case ${DOMAIN:-} in
'' | *[!A-Za-z0-9.-]*)
    echo "DOMAIN has to be the site's host name." >&2
    exit 1
    ;;
esac
case ${DOCS_URL:-} in
*[!A-Za-z0-9.:/_~-]*)
    echo "DOCS_URL has to be an address: letters, digits and .:/_~- only." >&2
    exit 1
    ;;
esac

written=${WRITTEN:-/tmp/dashboards}
mkdir -p "$written"
for dashboard in "${DASHBOARDS:-/etc/grafana/dashboards}"/*.json; do
    sed "s|https://docs\.minitwit\.example|${DOCS_URL:-&}|g; s|minitwit\.example|$DOMAIN|g" \
        "$dashboard" >"$written/${dashboard##*/}"
done

exec "${PROGRAM:-/run.sh}" "$@"
