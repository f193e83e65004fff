#!/bin/sh
# On the manager, when a machine goes: leave.sh drain NAME moves its tasks and waits until none runs there, 90 s at
# most; leave.sh forget NAME takes it out of the swarm when it is gone. A machine that never joined is no trouble.
set -eu

ids=$(docker node ls --filter "name=$2" --format '{{.ID}} {{.Hostname}}' | awk -v name="$2" '$2 == name { print $1 }')
for id in $ids; do
    case $1 in
    drain)
        docker node update --availability drain "$id" >/dev/null
        left=90
        while [ "$left" -gt 0 ] && docker node ps --format '{{.CurrentState}}' "$id" | grep -q '^Running'; do
            sleep 1
            left=$((left - 1))
        done
        ;;
    forget) docker node rm --force "$id" >/dev/null ;;
    esac
done

sh "$(dirname "$0")/doors.sh"
