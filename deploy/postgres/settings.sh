# shellcheck shell=sh
# What the environment says, with the image's defaults, and what several words of the image do. Read by each of them.

: "${PGBIN:=/usr/lib/postgresql/15/bin}"      # PostgreSQL's programs
: "${CONFIG:=/etc/postgresql}"                # this folder's configuration
: "${SECRETS:=/run/secrets}"
: "${RUN:=/tmp}"                              # in memory, gone with the container
: "${PGDATA:=/var/lib/postgresql/data}"       # in the volume; beside it what is being made, and what was put aside
: "${PGHOST:=/var/run/postgresql}"            # the folder of the socket
: "${PGPORT:=5432}"
: "${NAME:=$(hostname)}"                      # what this server calls itself, and its slot at the other one
: "${PEER:=}"                                # the other server, host or host:port
: "${OPTIONS:=}"                              # more words for postgres, "-c name=value"
: "${PGBACKREST_STANZA:=minitwit}"
: "${PGBACKREST_CONFIG:=$CONFIG/pgbackrest/server.conf}"
PATH=$PGBIN:$PATH LC_ALL=C.UTF-8 TZ=UTC
word=${0##*/}
export PATH LC_ALL TZ PGDATA PGHOST PGPORT PGBACKREST_STANZA PGBACKREST_CONFIG
umask 077

say() { echo "$word: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

# For `healthy`: which word this container runs.
begin() {
    echo "$1" >"$RUN/word"
    trap 'exit 143' TERM INT # the first process of a container ignores them otherwise
}

# Where a server is, for the role `replication`; its password stands in a file, not in a command line.
address() {
    port=5432
    case $1 in *:*) port=${1##*:} ;; esac
    echo "host=${1%:*} port=$port user=replication passfile=$RUN/passwords application_name=$NAME connect_timeout=3"
}
write_passwords() {
    printf '*:*:*:replication:%s\n' "$(cat "$SECRETS/replication_password")" >"$RUN/passwords"
}
ask() { psql -XAtq -v ON_ERROR_STOP=1 "$(address "$1") dbname=postgres" -c "$2"; }

# primary, standby, or absent: one that does not answer.
role_of() {
    case $(ask "$1" 'SELECT pg_is_in_recovery()' 2>/dev/null) in
    f) echo primary ;;
    t) echo standby ;;
    *) echo absent ;;
    esac
}

# This server, as its superuser, by the socket.
here() { psql -XAtq -v ON_ERROR_STOP=1 -U postgres -d "${database:-postgres}" "$@"; }

# One process at a time has the volume: a server, or what restores it. The lock goes with the last process that has the
# file open, so a server that inherited it keeps it for as long as it lives, in whichever container.
take_the_volume() {
    exec 9>"$(dirname "$PGDATA")/lock"
    flock --timeout "${1:-0}" 9 || fail "A server runs on this volume, or something restores it: stop that first."
    rm -f "$PGDATA/postmaster.pid" # of one that was killed. Its number is that of a living process here: each is the first
}

timeline() { pg_controldata "$PGDATA" | sed -n "s/^Latest checkpoint's TimeLineID: *//p"; }

put_aside() {
    aside=$(dirname "$PGDATA")/aside
    if [ -e "$PGDATA/PG_VERSION" ]; then
        rm -rf "$aside"
        mv "$PGDATA" "$aside"
        say "The data that was here lies in $aside now, until the next time that data is put aside."
    fi
    rm -rf "$PGDATA"
}

# What was set for another life of this data: who was waited for, where a restore had to stop.
forget_settings() {
    sed -i '/^synchronous_standby_names/d' "$PGDATA/postgresql.auto.conf"
    if [ ! -e "$PGDATA/recovery.signal" ]; then
        sed -i '/^\(recovery_target\|restore_command\)/d' "$PGDATA/postgresql.auto.conf"
    fi
}

# The words that every server here is started with.
server_words() {
    echo "-c config_file=$CONFIG/postgresql.conf -c hba_file=$CONFIG/pg_hba.conf -c unix_socket_directories=$PGHOST $OPTIONS"
}

# A server that nobody reaches from outside, for as long as this script needs it, with these words more.
start_inside() {
    pg_ctl start --silent --wait --timeout="${PATIENCE_TO_START:-86400}" --log="$RUN/server.log" \
        --options="$(server_words) -c listen_addresses= $*" >&2
}
stop_inside() { pg_ctl stop --silent --mode=fast >&2; }
# The sentence of a server that did not start.
reason() { grep -hE 'FATAL|PANIC' "$RUN/server.log" | tail -n 1 | sed 's/.*\(FATAL\|PANIC\): *//'; }
