#!/bin/sh
# Starts Elasticsearch in its container, with the password of `elastic` that it is made with, from a secret. The image's
# own ELASTIC_PASSWORD_FILE wants a file that nobody but its owner may read, and a swarm's secret everybody may.
set -eu
secrets=${SECRETS:-/run/secrets}

ELASTIC_PASSWORD=$(cat "$secrets/elasticsearch_password")
export ELASTIC_PASSWORD
exec "${PROGRAM:-/usr/local/bin/docker-entrypoint.sh}" eswrapper
