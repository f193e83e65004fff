#!/bin/sh
# A machine in network namespaces, to try firewall.sh on: network.sh PORTS MACHINES COMMAND. It listens on all ports of
# interest, publishes 443 and 8090 of a container as Docker does, and is scanned from a stranger (10.78.0.2) and from one
# of our machines (10.78.0.3). COMMAND runs after firewall.sh did, twice.
set -eu
here=$(dirname "$0")
mount -t tmpfs none /run # the names of namespaces, and no systemd
export PATH=/usr/sbin:/sbin:"$PATH" MINITWIT_ETC=/run/minitwit
mkdir /run/minitwit
printf '%s' "$2" >/run/minitwit/machines

ip link set lo up
for bridge in eth0 docker0; do ip link add "$bridge" type bridge && ip link set "$bridge" up; done
ip addr add 10.78.0.1/24 dev eth0
ip addr add 10.78.1.1/24 dev docker0
echo 1 >/proc/sys/net/ipv4/ip_forward
attach() { # name, address, bridge
    ip netns add "$1"
    ip link add "to-$1" type veth peer name eth0 netns "$1"
    ip link set "to-$1" master "$3" up
    ip -n "$1" link set lo up
    ip -n "$1" addr add "$2/24" dev eth0
    ip -n "$1" link set eth0 up
    ip -n "$1" route add default via "${2%.*}.1"
}
attach stranger 10.78.0.2 eth0
attach ours 10.78.0.3 eth0
attach container 10.78.1.2 docker0

# What Docker writes when a container publishes a port, whatever stands in INPUT.
iptables -N DOCKER-USER
iptables -A FORWARD -j DOCKER-USER
for port in 443 8090; do
    iptables -t nat -A PREROUTING -i eth0 -p tcp --dport $port -j DNAT --to-destination 10.78.1.2:8000
done

python3 "$here/ports.py" listen 22 80 2377 5000 5432 7946 >/dev/null 2>&1 &
listeners=$!
ip netns exec container python3 "$here/ports.py" listen 8000 >/dev/null 2>&1 &
listeners="$listeners $!"
# shellcheck disable=SC2064 # these, now
trap "kill $listeners" EXIT
sleep 0.5
for _ in once twice; do
    # shellcheck disable=SC2086 # several ports
    sh "$here/../../deploy/provision/firewall.sh" $1
done
sh -c "$3"
for who in stranger ours; do ip netns exec "$who" python3 "$here/ports.py" scan 10.78.0.1 $who; done
echo "rules $(iptables -S | wc -l)"
