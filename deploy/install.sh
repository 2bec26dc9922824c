#!/usr/bin/env bash
# Installs one part of Gatebook on a machine with systemd, or brings it up to date. As root:
#   deploy/install.sh serve|private-part|edge|vision --binary FILE
#   deploy/install.sh serve|private-part|edge|vision --url URL --sha256 HEX
# Configuration that is there already is kept. Nothing is started: the last lines say what to do.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# Where to install; only tests say something else than the root.
root=${DESTDIR:-}

fail() { echo "install: $1" >&2; exit "${2:-1}"; }

part=${1:-}
case $part in
  serve) units=(gatebook.service) config=gatebook.toml ;;
  private-part) units=(gatebook.service) config=private-part.toml ;;
  edge) units=(gatebook-edge.service) config=edge.toml ;;
  vision) units=(gatebook-vision@.service) config=vision.toml ;;
  *) fail "which part: serve, private-part, edge or vision?" 2 ;;
esac
shift
binary='' url='' sha256=''
while [ $# -gt 0 ]; do
  case $1 in
    --binary) binary=${2:?} ;;
    --url) url=${2:?} ;;
    --sha256) sha256=${2:?} ;;
    *) fail "unknown: $1" 2 ;;
  esac
  shift 2
done

if [ -n "$url" ]; then
  [ -n "$sha256" ] || fail "a download wants --sha256, so that it is the program that was meant" 2
  binary=$(mktemp)
  trap 'rm -f "$binary"' EXIT
  if command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --proto '=https' --retry 5 --output "$binary" "$url"
  else
    wget --quiet --tries 5 --output-document "$binary" "$url"
  fi
fi
[ -f "$binary" ] || fail "give --binary FILE, or --url URL with --sha256 HEX" 2
if [ -n "$sha256" ]; then
  echo "$sha256  $binary" | sha256sum --check --status || fail "the program is not the one of this SHA-256; nothing was installed"
fi

install -D -m 0755 "$binary" "$root/usr/local/bin/gatebook.new"
# Replaced in one step: a running service keeps the old one until it is restarted.
mv "$root/usr/local/bin/gatebook.new" "$root/usr/local/bin/gatebook"
for unit in "${units[@]}"; do
  install -D -m 0644 "$here/systemd/$unit" "$root/etc/systemd/system/$unit"
done
if [ "${units[0]}" = gatebook.service ]; then
  install -D -m 0644 "$here/systemd/gatebook.sysusers" "$root/etc/sysusers.d/gatebook.conf"
fi
if [ "$part" = private-part ]; then
  install -D -m 0644 "$here/systemd/gatebook.service.d/private-part.conf" \
    "$root/etc/systemd/system/gatebook.service.d/private-part.conf"
fi
# The private part is configured in gatebook.toml like the whole; it may hold the database's password.
name=${config/private-part/gatebook}
mode=0644
[ "$name" != gatebook.toml ] || mode=0640
if [ ! -e "$root/etc/gatebook/$name" ]; then
  install -D -m "$mode" "$here/config/$config" "$root/etc/gatebook/$name"
fi
chmod 0755 "$root/etc/gatebook"

if [ -z "$root" ]; then
  [ "${units[0]}" != gatebook.service ] || systemd-sysusers /etc/sysusers.d/gatebook.conf
  [ "$name" != gatebook.toml ] || chown root:gatebook /etc/gatebook/gatebook.toml
  systemctl daemon-reload
fi

echo "Installed. Look at /etc/gatebook/$name, then:"
case $part in
  serve | private-part) echo "  systemctl enable --now gatebook.service" ;;
  edge) echo "  put the bundle at /etc/gatebook/edge.bundle (mode 0600), then: systemctl enable --now gatebook-edge.service" ;;
  vision) echo "  put the bundle at /etc/gatebook/vision-1.bundle (mode 0600), then: systemctl enable --now gatebook-vision@1.service" ;;
esac
