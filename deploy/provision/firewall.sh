#!/bin/sh
# Closes this machine but for the ports named (firewall.sh 22 80 443), which it remembers, and for what our own machines
# say to each other. It puts itself into the start of the machine, before Docker and the network.
#
# Docker writes its own rules for the ports that it publishes, and they come before those of INPUT. Only DOCKER-USER is
# left to the operator, so what may be reached is said twice: INPUT for the machine, DOCKER-USER for its containers.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
kept=${MINITWIT_ETC:-/etc/minitwit}

if ! command -v iptables-restore >/dev/null; then
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends iptables >/dev/null
fi

mkdir -p "$kept"
[ $# = 0 ] || echo "$*" >"$kept/ports"
ports=$(tr ' ' ',' <"$kept/ports")
[ -e "$kept/machines" ] || : >"$kept/machines"

# Swarm: 2377 the manager, 7946 who is there, 4789 and ESP the networks. 5000 is the registry of the CI server.
ours() {
    while read -r address _; do
        echo "-A MINITWIT -s $address -p tcp -m multiport --dports 2377,7946,5000 -j ACCEPT"
        echo "-A MINITWIT -s $address -p udp -m multiport --dports 7946,4789 -j ACCEPT"
        echo "-A MINITWIT -s $address -p esp -j ACCEPT"
    done <"$kept/machines"
}

# A published port that is open here, whatever port the container itself has.
published() {
    tr ' ' '\n' <"$kept/ports" | while read -r port; do
        echo "-A DOCKER-USER -p tcp -m conntrack --ctstate DNAT --ctorigdstport $port -j RETURN"
    done
}

# Behind its machine's address a container would pass for one of our machines: it has no business with them.
containers() {
    while read -r address _; do
        echo "-A DOCKER-USER -d $address -p tcp -m multiport --dports 2377,7946,5000 -j DROP"
    done <"$kept/machines"
}

# Each file is put in force whole or not at all, and replaces what an earlier run said. Chains of Docker's stay.
iptables-restore --wait --noflush <<RULES
*filter
:MINITWIT - [0:0]
:DOCKER-USER - [0:0]
-A MINITWIT -i lo -j ACCEPT
-A MINITWIT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A MINITWIT -p icmp -j ACCEPT
-A MINITWIT -p tcp -m multiport --dports $ports -j ACCEPT
$(ours)
-A MINITWIT -j DROP
-A DOCKER-USER -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN
$(containers)
-A DOCKER-USER -i docker0 -j RETURN
-A DOCKER-USER -i docker_gwbridge -j RETURN
-A DOCKER-USER -i br-+ -j RETURN
$(published)
-A DOCKER-USER -j DROP
COMMIT
RULES
ip6tables-restore --wait --noflush <<RULES
*filter
:MINITWIT - [0:0]
-A MINITWIT -i lo -j ACCEPT
-A MINITWIT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A MINITWIT -p ipv6-icmp -j ACCEPT
-A MINITWIT -p tcp -m multiport --dports $ports -j ACCEPT
-A MINITWIT -j DROP
COMMIT
RULES
for tables in iptables ip6tables; do
    "$tables" --wait -C INPUT -j MINITWIT 2>/dev/null || "$tables" --wait -I INPUT -j MINITWIT
done

# At the start of the machine the same script says the same again, before there is anything to reach.
[ -d /run/systemd/system ] || exit 0
cat >/etc/systemd/system/minitwit-firewall.service.new <<UNIT
[Unit]
Description=What may be reached on this machine
DefaultDependencies=no
After=local-fs.target
Before=network-pre.target docker.service
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh $(realpath "$0")

[Install]
WantedBy=multi-user.target
UNIT
if ! cmp -s /etc/systemd/system/minitwit-firewall.service.new /etc/systemd/system/minitwit-firewall.service; then
    mv /etc/systemd/system/minitwit-firewall.service.new /etc/systemd/system/minitwit-firewall.service
    systemctl daemon-reload
fi
rm -f /etc/systemd/system/minitwit-firewall.service.new
systemctl -q enable minitwit-firewall.service
