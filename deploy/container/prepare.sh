#!/usr/bin/env bash
# prepare.sh NAME...: configuration, password and bundles for compose.yaml. NAME is what people type,
# e.g. gate.example.org; the first is the site's address. What exists already is kept. As root: the
# files belong to the containers' user. Bundles come from the private part's own keys, in its volume.
set -euo pipefail
cd "$(dirname "$0")"
[ $# -gt 0 ] || { echo "prepare.sh: which names do people type? e.g. prepare.sh gate.example.org" >&2; exit 2; }
engine=${ENGINE:-docker}
image=${GATEBOOK_IMAGE:-gatebook}
user=10001
umask 077
mkdir -p secrets
# Containers look for the files, not at the folder.
chmod 0711 secrets

keep() { # keep FILE: writes standard input there, unless it is there
  if [ -e "secrets/$1" ]; then cat >/dev/null; else cat >"secrets/$1"; fi
}

names=$(printf '"%s", ' "$@")
head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' | keep database-password
keep mosquitto.passwords </dev/null
# Gatebook's own at the broker, where one is used: mosquitto_passwd puts it among those above.
head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' | keep broker-password
password=$(cat secrets/database-password)
keep private-part.toml <<TOML
data_dir = "/data"
[http]
listen = "127.0.0.1:8080"
public_url = "https://$1"
[link]
listen = "0.0.0.0:7443"
[mqtt]
listen = "0.0.0.0:1884"
tls_listen = "0.0.0.0:8883"
# With the profile \`broker\`:
# [mqtt.broker]
# url = "mqtt://mosquitto:1883"
# user = "gatebook"
# password_file = "/run/secrets/broker-password"
[vision]
threads = 0
[database]
# On a network that the two have to themselves, within one machine.
url = "postgresql://gatebook:$password@database:5432/gatebook?sslmode=disable"
[log]
format = "json"
TOML
keep edge.toml <<TOML
data_dir = "/data"
[http]
listen = "0.0.0.0:8443"
names = [${names%, }]
[link]
api = "api:7443"
bundle = "/run/secrets/edge.bundle"
[log]
format = "json"
TOML
keep vision.toml <<'TOML'
data_dir = "/data"
[link]
api = "api:7443"
[log]
format = "json"
TOML

# `node add` needs the keys alone: no network, no database.
for node in edge:edge vision1:vision vision2:vision; do
  name=${node%:*}
  [ ! -e "secrets/$name.bundle" ] || continue
  fresh=$(mktemp -d)
  chown "$user:$user" "$fresh"
  "$engine" run --rm --network none --volume gatebook_api-data:/data --volume "$fresh:/out" "$image" \
    node add "$name" --role "${node#*:}" --out /out/bundle
  mv "$fresh/bundle" "secrets/$name.bundle"
  rmdir "$fresh"
done
chown "$user:$user" secrets/*
# PostgreSQL's own entry script reads its password as root, Mosquitto as its user.
chown 0:0 secrets/database-password
chown 1883:1883 secrets/mosquitto.passwords
echo "Ready: $engine compose up --detach. The one-time link is in: $engine compose logs api"
