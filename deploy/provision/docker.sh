#!/bin/sh
# Installs Docker from Debian: it is patched with the rest of the system, and the rehearsal can install the same one.
# Logs of containers are bounded here too, for those that no stack file bounds. With pigz it unpacks images faster.
set -eu

mkdir -p /etc/docker
cat >/etc/docker/daemon.json.new <<'JSON'
{
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "3" }
}
JSON
changed=
if ! cmp -s /etc/docker/daemon.json.new /etc/docker/daemon.json; then
    mv /etc/docker/daemon.json.new /etc/docker/daemon.json
    changed=yes
fi
rm -f /etc/docker/daemon.json.new

# After what it is told there, so that it starts once.
if ! command -v dockerd >/dev/null; then
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends docker.io pigz ca-certificates curl openssl >/dev/null
elif [ -n "$changed" ]; then
    systemctl restart docker
fi
systemctl -q enable --now docker
docker version --format 'Docker {{.Server.Version}}'
