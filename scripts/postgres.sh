#!/usr/bin/env bash
# A private PostgreSQL server on a unix socket, for tests; Debian's package is installed if it is
# missing. Nothing of the system's own clusters is touched.
#
#   scripts/postgres.sh run COMMAND...   runs COMMAND with GATEBOOK_TEST_POSTGRES set, then throws the server away
#   scripts/postgres.sh start DIR        starts a server in DIR (made if need be) and prints its URL
#   scripts/postgres.sh stop DIR         stops it; its data stay
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

binaries() {
  ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n | tail -n 1
}

ensure_installed() {
  bin=$(binaries)
  if [ -z "$bin" ] && command -v initdb >/dev/null 2>&1; then
    bin=$(dirname "$(readlink -f "$(command -v initdb)")")
  fi
  if [ -z "$bin" ]; then
    # shellcheck source=scripts/apt.sh
    . "$here/apt.sh"
    wanted+=(postgresql)
    install_wanted >&2
    bin=$(binaries)
  fi
  if [ ! -x "$bin/initdb" ]; then
    echo "PostgreSQL's initdb is not to be found; install PostgreSQL 15 or later." >&2
    exit 1
  fi
}

# PostgreSQL refuses to run as root: root runs it as the package's user.
unprivileged() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

start() {
  local dir=$1 owner
  owner=$(id -un)
  [ "$(id -u)" -ne 0 ] || owner=postgres
  mkdir -p "$dir"
  chmod 755 "$dir"
  chown "$owner" "$dir" 2>/dev/null || true
  dir=$(cd "$dir" && pwd)
  if [ ! -e "$dir/data/PG_VERSION" ]; then
    unprivileged "$bin/initdb" --pgdata="$dir/data" --username=gatebook --auth=trust \
      --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; exit 1; }
    # Power does not fail in a test; processes do, and they leave what the kernel was given.
    cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
fsync = ${GATEBOOK_TEST_FSYNC:-off}
max_connections = 200
CONF
  fi
  # What a killed server left of itself may need a moment to go.
  local try
  for try in 1 2 3 4 5; do
    if unprivileged "$bin/pg_ctl" --pgdata="$dir/data" --log="$dir/data/log" --wait start >/dev/null 2>&1; then
      echo "postgresql://gatebook@/postgres?host=$dir"
      return
    fi
    sleep "$try"
  done
  tail -n 20 "$dir/data/log" >&2
  exit 1
}

stop() {
  unprivileged "$bin/pg_ctl" --pgdata="$1/data" --mode=immediate --wait stop >/dev/null 2>&1 || true
}

run() {
  local status=0
  dir=$(mktemp -d --tmpdir gatebook-postgres.XXXXXX)
  trap 'stop "$dir"; rm -rf "$dir"' EXIT
  GATEBOOK_TEST_POSTGRES=$(start "$dir")
  export GATEBOOK_TEST_POSTGRES
  "$@" || status=$?
  exit "$status"
}

case "${1-}" in
  run | start | stop)
    [ "$#" -ge 2 ] || { sed -n '2,7p' "$0" >&2; exit 2; }
    ensure_installed
    "$@"
    ;;
  *)
    sed -n '2,7p' "$0" >&2
    exit 2
    ;;
esac
