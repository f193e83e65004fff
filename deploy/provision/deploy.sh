#!/bin/sh
# On the manager, and all that the CI server's key may start there: unpacks what comes by stdin, docker-stack.yml and
# deploy/ of the revision named, and releases it. The last five stay, to look at or to go back to.
set -eu
revision=${1:-${SSH_ORIGINAL_COMMAND:-}}
releases=${RELEASES:-/srv/minitwit}

case $revision in
*[!0-9a-f]* | '')
    echo "A release is named by its revision, in hexadecimal digits." >&2
    exit 2
    ;;
esac

mkdir -p "$releases"
rm -rf "${releases:?}/$revision"
mkdir "$releases/$revision"
tar -x -C "$releases/$revision" -f -
find "$releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +6 | cut -d ' ' -f 2- |
    xargs -r rm -r

ln -sfn "$revision" "$releases/current" # for the operator: /srv/minitwit/current/deploy/promote
cd "$releases/$revision"
# A line, a variable, whatever is in it: who writes mail may have a name with spaces.
while IFS= read -r line; do export "${line?}"; done <"${MINITWIT_ETC:-/etc/minitwit}/stack.env"
exec sh deploy/release "$revision"
