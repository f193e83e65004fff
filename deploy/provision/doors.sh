#!/bin/sh
# On the manager: one replica of each door for each worker that takes work, so that a machine more is the whole work of
# scaling out. Before the first release there is nothing to do. `doors.sh count` only prints how many such workers there are.
set -eu

workers=0
for node in $(docker node ls --quiet); do
    case $(docker node inspect --format '{{.Spec.Labels.role}} {{.Spec.Availability}} {{.Status.State}}' "$node") in
    'worker active ready') workers=$((workers + 1)) ;;
    esac
done

if [ "${1:-}" = count ]; then
    echo "$workers"
    exit
fi

for door in minitwit_web minitwit_api; do
    now=$(docker service inspect --format '{{.Spec.Mode.Replicated.Replicas}}' "$door" 2>/dev/null) || continue
    [ "$workers" = 0 ] || [ "$now" = "$workers" ] || docker service scale --detach "$door=$workers" >/dev/null
done
