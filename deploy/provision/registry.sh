#!/bin/sh
# On the CI server: the registry of our images, Debian's, at the private address given, with a certificate of its own.
# Prints the certificate, so that the other machines can trust it (trust.sh). Only our machines reach its port.
set -eu
tls=/etc/minitwit/registry

if ! command -v docker-registry >/dev/null; then
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends docker-registry openssl >/dev/null
fi

mkdir -p "$tls" /var/lib/docker-registry
if ! openssl x509 -in "$tls/certificate.pem" -noout -checkip "$1" 2>/dev/null | grep -q 'does match'; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=registry" \
        -addext "subjectAltName=IP:$1" -keyout "$tls/key.pem" -out "$tls/certificate.pem" 2>/dev/null
    chown docker-registry "$tls/key.pem"
fi

cat >"$tls/config.yml.new" <<YAML
version: 0.1
storage:
  filesystem:
    rootdirectory: /var/lib/docker-registry
  delete:
    enabled: true
http:
  addr: $1:5000
  tls:
    certificate: $tls/certificate.pem
    key: $tls/key.pem
YAML
if ! cmp -s "$tls/config.yml.new" /etc/docker/registry/config.yml || ! systemctl -q is-active docker-registry; then
    cp "$tls/config.yml.new" /etc/docker/registry/config.yml
    systemctl -q enable docker-registry
    systemctl restart docker-registry
fi
rm "$tls/config.yml.new"
cat "$tls/certificate.pem"
