#!/bin/sh
# On the manager: lets the CI server release, and do nothing else, with the public key that comes by stdin. What the
# stack has to know of this installation (allow.sh NAME=value …) is written down for it. Prints this machine's host key,
# so that the CI server knows whom it speaks to.
set -eu
umask 077 # where pages are posted to is nobody's business on this machine

mkdir -p /etc/minitwit /root/.ssh
chmod 700 /root/.ssh
printf '%s\n' "$@" >/etc/minitwit/stack.env

read -r kind key _
keys=/root/.ssh/authorized_keys
touch "$keys"
grep -v ' minitwit-ci$' "$keys" >"$keys.new" || true
echo "restrict,command=\"sh $(dirname "$(realpath "$0")")/deploy.sh\" $kind $key minitwit-ci" >>"$keys.new"
chmod 600 "$keys.new"
mv "$keys.new" "$keys"

cat /etc/ssh/ssh_host_ed25519_key.pub
