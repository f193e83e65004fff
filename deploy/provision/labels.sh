#!/bin/sh
# On the manager: gives each node its role (labels.sh worker-1=worker …), by which docker-stack.yml places services, and
# work to do, in case it was drained. A node that is gone and whose name another one has taken is forgotten.
set -eu

ids() {
    docker node ls --format '{{.Hostname}} {{.Status}} {{.ID}}' | awk -v name="$1" -v status="$2" \
        '$1 == name && $2 == status { print $3 }'
}

for wanted; do
    name=${wanted%%=*} role=${wanted#*=}
    here=$(ids "$name" Ready)
    if [ -z "$here" ]; then
        echo "$name is not a ready node of the swarm." >&2
        exit 1
    fi
    for gone in $(ids "$name" Down); do
        docker node rm --force "$gone" >/dev/null
    done
    now=$(docker node inspect --format '{{.Spec.Labels.role}} {{.Spec.Availability}}' "$here")
    [ "$now" = "$role active" ] || docker node update --label-add "role=$role" --availability active "$here" >/dev/null
done

sh "$(dirname "$0")/doors.sh"
