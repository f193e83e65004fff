#!/bin/sh
# Prints this machine's private address: that of eth1, where DigitalOcean puts the private network. There is no second
# choice: a swarm over the public address would be open to everyone.
set -eu

address=$(ip -4 -o addr show dev eth1 scope global 2>/dev/null | awk '{ sub("/.*", "", $4); print $4; exit }')
if [ -z "$address" ]; then
    echo "$(hostname) has no address on eth1, the private network." >&2
    exit 1
fi
echo "$address"
