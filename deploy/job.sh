# shellcheck shell=sh
# One thing that the image of the database does, once, somewhere in the swarm: read by promote and restore.
stack=minitwit

fail() {
    echo "$*" >&2
    exit 1
}

# Runs a word of the image on the machine with this role, prints what it says, and ends as it ends.
#   job NAME ROLE [OPTION…] -- WORD…
job() {
    service=${stack}_$1 role=$2
    shift 2
    docker service rm "$service" >/dev/null 2>&1 || true # of one that was cut short
    image=$(docker service inspect --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}' "${stack}_db")
    network=$(docker service inspect --format '{{range .Spec.TaskTemplate.Networks}}{{.Target}}{{end}}' "${stack}_db")
    left=$#
    while [ "$left" -gt 0 ]; do # the image stands between the options and the words
        word=$1
        shift
        if [ "$word" = -- ]; then word=$image; fi
        set -- "$@" "$word"
        left=$((left - 1))
    done
    docker service create --quiet --detach --name "$service" --restart-condition none --endpoint-mode dnsrr \
        --constraint "node.labels.role==$role" --network "$network" --read-only --cap-drop ALL \
        --mount type=tmpfs,target=/tmp,tmpfs-size=67108864 \
        --secret replication_password --secret backup_certificate \
        --secret source=backup_key,target=backup_key,uid=999,gid=999,mode=0400 "$@" >/dev/null
    ended=
    while [ -z "$ended" ]; do
        sleep 0.5
        case $(docker service ps --format '{{.CurrentState}}' "$service" | head -n 1) in
        Complete*) ended=0 ;;
        Failed* | Rejected* | Orphaned* | Remove*) ended=1 ;;
        esac
    done
    docker service logs --raw "$service" 2>&1
    docker service rm "$service" >/dev/null
    return "$ended"
}

# Waits until nothing of a service runs any more; on a machine that is down nothing does. 60 s at most.
#   stopped SERVICE
stopped() {
    left=60
    while running "$1"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "${stack}_$1 does not stop: docker service ps ${stack}_$1 says where it runs."
        sleep 1
    done
}
running() {
    for node in $(docker service ps --format '{{.Node}} {{.CurrentState}}' "${stack}_$1" | awk '$2 == "Running" { print $1 }'); do
        [ "$(docker node inspect --format '{{.Status.State}}' "$node")" != ready ] || return 0
    done
    return 1
}
