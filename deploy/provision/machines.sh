#!/bin/sh
# Takes the list of our machines from stdin, "address name" a line, and lets them in: the firewall opens the swarm's
# ports to these addresses only. The list is the whole truth; a machine that is not in it is let out.
set -eu

mkdir -p /etc/minitwit
cat >/etc/minitwit/machines.new
mv /etc/minitwit/machines.new /etc/minitwit/machines
sh "$(dirname "$0")/firewall.sh"
