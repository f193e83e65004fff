#!/bin/sh
# The swarm, over the private network only. Doing any of it again changes nothing.
#   swarm.sh init ADDRESS          this machine is the manager
#   swarm.sh token                 prints the token for workers
#   swarm.sh nodes                 prints the ids of the nodes that the manager knows
#   swarm.sh join ADDRESS MANAGER  this machine joins; stdin: the token, then the ids that the manager knows
set -eu

state() { docker info --format '{{.Swarm.LocalNodeState}}'; }

case $1 in
init)
    # The pool is one that DigitalOcean's private networks, all in 10.0.0.0/8, do not meet.
    if [ "$(docker info --format '{{.Swarm.ControlAvailable}}')" != true ]; then
        [ "$(state)" = inactive ] || docker swarm leave --force >/dev/null
        docker swarm init --advertise-addr "$2" --listen-addr "$2:2377" --data-path-addr "$2" \
            --default-addr-pool 172.30.0.0/16 >/dev/null
    fi
    ;;
token) docker swarm join-token --quiet worker ;;
nodes) docker node ls --quiet ;;
join)
    read -r token
    node=$(docker info --format '{{.Swarm.NodeID}}')
    if [ "$(state)" = active ] && grep -qx "$node"; then
        exit 0
    fi
    # In a swarm that is gone, or that has forgotten this machine.
    [ "$(state)" = inactive ] || docker swarm leave --force >/dev/null
    docker swarm join --token "$token" --advertise-addr "$2" --listen-addr "$2:2377" --data-path-addr "$2" \
        "$3:2377" >/dev/null
    ;;
*)
    echo "swarm.sh knows init, token, nodes and join." >&2
    exit 2
    ;;
esac
