#!/bin/sh
# Starts Kibana in its container, with its password and its keys in the variables that kibana.yml names: of this process
# only, not of the container, so that nobody who inspects it sees them.
set -eu
secrets=${SECRETS:-/run/secrets}

KIBANA_SYSTEM_PASSWORD=$(cat "$secrets/kibana_system_password")
KIBANA_ENCRYPTION_KEY=$(cat "$secrets/kibana_encryption_key")
KIBANA_SESSION_KEY=$(cat "$secrets/kibana_session_key")
export KIBANA_SYSTEM_PASSWORD KIBANA_ENCRYPTION_KEY KIBANA_SESSION_KEY
exec "${PROGRAM:-/usr/local/bin/kibana-docker}"
