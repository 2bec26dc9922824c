#!/usr/bin/env bash
# The house on several hosts, each a network namespace of this machine: outside, edge, private part,
# two workers, database, devices, management. A router joins them, and its firewall is made from
# deploy/flows.json, like the security groups in the cloud. Everything is taken down at the end.
#   --stand-ins   only the network: listeners instead of the house (needs no built binary)
#   --shell       builds the network, then waits: for trying things by hand
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=gbnet
hosts=e2e/net/hosts.json
files=(e2e/net/flows.test.mjs e2e/net/house.test.mjs)
shell=false
for word in "$@"; do
  case $word in
    --stand-ins) files=(e2e/net/flows.test.mjs) ;;
    --shell) shell=true ;;
    *) echo "unknown: $word (--stand-ins, --shell)" >&2; exit 2 ;;
  esac
done
[ "$(id -u)" -eq 0 ] || { echo "Network namespaces want root: sudo make net-test" >&2; exit 1; }

(
  cd scripts && . ./apt.sh
  want ip iproute2
  want nft nftables
  want nmap nmap
  want openssl openssl
  [ -d /usr/lib/postgresql ] || wanted+=(postgresql)
  install_wanted
  ./setup-test.sh
)

# name and address of every host, a line each
addresses=$(node -p 'Object.entries(require("./'$hosts'")).map(([name, host]) => `${name} ${host.address}`).join("\n")')

take_down() {
  local space pids
  for space in $(ip netns list | awk -v p="$prefix-" 'index($1, p) == 1 { print $1 }'); do
    # Whatever runs in the namespace was started by this test; without this it would outlive it.
    pids=$(ip netns pids "$space") || true
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null || true
    ip netns delete "$space" || true
  done
}

inside() { ip netns exec "$prefix-$1" "${@:2}"; }

# A /30 between the router and each host: hosts of one zone meet at the router, too.
join() {
  local name=$1 address=$2 gateway=${2%.*}.$((${2##*.} - 1))
  ip netns add "$prefix-$name"
  ip link add "$name" netns "$prefix-router" type veth peer name eth0 netns "$prefix-$name"
  inside router ip address add "$gateway/30" dev "$name"
  inside router ip link set "$name" up
  inside "$name" ip address add "$address/30" dev eth0
  inside "$name" ip link set lo up
  inside "$name" ip link set eth0 up
  inside "$name" ip route add default via "$gateway"
  inside "$name" nft -f e2e/net/arrivals.nft
}

build_up() {
  ip netns add "$prefix-router"
  inside router ip link set lo up
  inside router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  node deploy/nft.mjs "${options[@]}" | inside router nft -f -
  inside router nft -f e2e/net/router-itself.nft
  while read -r name address; do join "$name" "$address"; done <<<"$addresses"
}

# Classic boards are part of the test; administration is not, so that it is seen to be off.
options=(--option classic-gates)
exec 9>"/run/$prefix.lock"
flock --nonblock 9 || { echo "Another net-test is running" >&2; exit 1; }
# Data directories of the parts, PostgreSQL's too, which is not root's.
scratch=$(mktemp -d)
chmod 0711 "$scratch"
trap 'kill $(jobs -p) 2>/dev/null || true; take_down; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP
take_down
build_up

# In the background, so that a signal to this script alone is heard at once.
run() { "$@" 9>&- & wait $!; }

if $shell; then
  echo "ip netns exec $prefix-outside bash   (and so on; Ctrl-C takes it down)"
  run sleep infinity
fi
# The tests themselves run outside, where the browser is; they start each part on its own host.
NETNS_PREFIX=$prefix TMPDIR=$scratch run ip netns exec "$prefix-outside" node --test --test-concurrency=1 --test-reporter=spec "${files[@]}"
