#!/usr/bin/env bash
# Binary size, time from start to ready, resident memory: of the whole process on an empty site.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=target/release/gatebook
[ -x "$binary" ] || { echo "build first: make build" >&2; exit 1; }
data=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; rm -rf "$data"' EXIT
port=${PORT:-18080}

start() {
  local began ready
  began=$(date +%s%N)
  "$binary" serve --data-dir "$data" --listen "127.0.0.1:$port" --set mqtt.listen=127.0.0.1:18884 \
    --set log.level=warn >/dev/null &
  pid=$!
  until curl -fs "http://127.0.0.1:$port/readyz" >/dev/null; do
    kill -0 "$pid" || { echo "it ended before it was ready" >&2; exit 1; }
    sleep 0.01
  done
  ready=$(date +%s%N)
  echo "$(((ready - began) / 1000000))"
}

echo "binary: $(($(stat -c %s "$binary") / 1048576)) MiB"
for run in first second third; do
  echo "$run start to ready: $(start) ms"
  # `start` runs in a subshell: the process is found by its data directory.
  pid=$(pgrep -f -- "--data-dir $data" | head -1)
  sleep 1
  echo "  resident: $(awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$pid/status") MiB"
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
done
