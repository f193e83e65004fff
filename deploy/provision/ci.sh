#!/bin/sh
# The CI server looks for a new revision each minute and takes it through pipeline.sh.
#   ci.sh install REPOSITORY=… BRANCH=…  what the pipeline needs, and its user
#   ci.sh key                            prints the public key by which the pipeline asks the manager for a release
#   ci.sh start REGISTRY MANAGER         the manager stands: let the pipeline run; stdin: the manager's host key
set -eu
home=/var/lib/minitwit-ci

install_packages() {
    command -v git >/dev/null && command -v make >/dev/null && [ -e /usr/bin/python3 ] && return
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        git make python3 python3-venv openssh-client sudo >/dev/null
}

case $1 in
install)
    shift
    install_packages
    id minitwit-ci >/dev/null 2>&1 || useradd --system --create-home --home-dir "$home" --groups docker minitwit-ci
    # .ci/run installs what the tests need and runs as root; nothing else of this machine's is asked for.
    echo 'minitwit-ci ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/minitwit-ci
    mkdir -p /etc/minitwit
    printf '%s\n' "$@" >/etc/minitwit/ci.env
    [ -e "$home/key" ] || runuser -u minitwit-ci -- ssh-keygen -q -t ed25519 -N '' -C minitwit-ci -f "$home/key"
    cat >/etc/systemd/system/minitwit-ci.service <<UNIT
[Unit]
Description=Test, build and release the newest revision of MiniTwit

[Service]
Type=oneshot
User=minitwit-ci
EnvironmentFile=/etc/minitwit/ci.env
EnvironmentFile=-/etc/minitwit/ci-machines.env
ExecStart=/bin/sh $(dirname "$(realpath "$0")")/pipeline.sh $home
UNIT
    cat >/etc/systemd/system/minitwit-ci.timer <<'UNIT'
[Timer]
OnBootSec=1min
OnUnitInactiveSec=1min

[Install]
WantedBy=timers.target
UNIT
    systemctl daemon-reload
    ;;
key) cat "$home/key.pub" ;;
start)
    printf 'REGISTRY=%s\nMANAGER=%s\n' "$2:5000" "$3" >/etc/minitwit/ci-machines.env
    awk -v manager="$3" '{ print manager, $1, $2 }' >"$home/known_hosts"
    systemctl -q enable --now minitwit-ci.timer
    systemctl start --no-block minitwit-ci.service
    ;;
esac
