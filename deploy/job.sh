# shellcheck shell=sh
# What happens once in the swarm, beside the services of the stack: read by release, promote, restore and try-migration.
stack=minitwit

# dash runs a trap on EXIT only when the script ends by itself: a signal ends it so, too.
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fail() {
    echo "$*" >&2
    exit 1
}

# One after the other: a release starts again what promote and restore stop, and two releases take each other's updates for
# their own. Descriptor 9 holds the lock until this process has ended, however it ends.
#   alone SECONDS WHAT
alone() {
    lock=${LOCK:-/run/lock/minitwit}
    exec 9>>"$lock"
    flock --wait "$1" 9 || fail "$(cat "$lock") is on its way: wait for it, or end it with kill, and say this again."
    echo "$2 (process $$)" >"$lock"
}

image_of() { docker service inspect --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}' "${stack}_$1"; }

# What a server of the database needs to know, and nobody else.
# shellcheck disable=SC2034 # promote, restore and try-migration use it
server="--secret replication_password --secret backup_certificate --secret source=backup_key,target=backup_key,uid=999,gid=999,mode=0400"

# A container that reaches the database, on the machine with this role; it is not started again when it ends.
#   create SERVICE ROLE IMAGE [OPTION…] -- WORD…
create() {
    service=$1 role=$2 image=$3
    shift 3
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
        --mount type=tmpfs,target=/tmp,tmpfs-size=67108864 "$@" >/dev/null
}

# The same, waited for: prints what it says, and ends as it ends; or as failed when no machine has taken it for a minute.
#   job NAME ROLE IMAGE [OPTION…] -- WORD…
job() {
    named=${stack}_$1
    shift
    docker service rm "$named" >/dev/null 2>&1 || true # of one that was cut short
    create "$named" "$@"
    ended='' untaken=0
    while [ -z "$ended" ]; do
        sleep 0.5
        found=$(docker service ps --no-trunc --format '{{.CurrentState}} {{.Error}}' "$named" | head -n 1)
        case $found in
        Complete*) ended=0 ;;
        Failed* | Rejected* | Orphaned* | Remove* | Shutdown*) ended=1 ;;
        New* | Pending* | '') untaken=$((untaken + 1)) ;;
        esac
        if [ "$untaken" = 120 ]; then
            docker service rm "$named" >/dev/null
            echo "No machine takes $named: ${found:-Docker does not know of it}" >&2
            return 1
        fi
    done
    docker service logs --raw "$named" 2>&1 || true # of a machine that is gone
    docker service rm "$named" >/dev/null
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

# Waits until a service runs; not so after that many seconds. One that has just come counts when it has been found healthy, a few
# seconds after it began.
#   comes SERVICE SECONDS
comes() {
    left=$2
    until running "$1"; do
        [ "$left" -gt 0 ] || return 1
        left=$((left - 1))
        sleep 1
    done
}

running() {
    for node in $(docker service ps --format '{{.Node}} {{.CurrentState}}' "${stack}_$1" | awk '$2 == "Running" { print $1 }'); do
        [ "$(docker node inspect --format '{{.Status.State}}' "$node")" != ready ] || return 0
    done
    return 1
}
