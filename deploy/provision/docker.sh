#!/bin/sh
# Installs Docker from Debian: it is patched with the rest of the system, and the rehearsal can install the same one.
# Logs of containers are bounded here too, for those that no stack file bounds.
set -eu

if ! command -v dockerd >/dev/null; then
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends docker.io ca-certificates curl openssl >/dev/null
fi

mkdir -p /etc/docker
cat >/etc/docker/daemon.json.new <<'JSON'
{
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "3" }
}
JSON
if ! cmp -s /etc/docker/daemon.json.new /etc/docker/daemon.json; then
    mv /etc/docker/daemon.json.new /etc/docker/daemon.json
    systemctl restart docker
fi
rm -f /etc/docker/daemon.json.new
systemctl -q enable --now docker
docker version --format 'Docker {{.Server.Version}}'
