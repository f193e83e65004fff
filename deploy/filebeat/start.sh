#!/bin/sh
# Starts Filebeat in its container, with its password in the variable that filebeat.yml names: of this process only, not
# of the container, so that nobody who inspects it sees it. What is said to this script is said to Filebeat.
set -eu
secrets=${SECRETS:-/run/secrets}

FILEBEAT_PASSWORD=$(cat "$secrets/filebeat_password")
export FILEBEAT_PASSWORD
exec "${PROGRAM:-filebeat}" "$@"
