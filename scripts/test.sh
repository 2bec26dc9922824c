#!/usr/bin/env bash
# Every test of the house, or the groups named as arguments: rust, web, deploy, browser.
# A stage that fails does not stop the others; the last line counts what passed and failed.
set -uo pipefail
cd "$(dirname "$0")/.."

logs=target/test-logs
mkdir -p "$logs"
passed=0
failed=0
table=""

# Adds up every number that stands before a word, such as the 12 of "12 passed".
sum_before() { grep -oE "[0-9]+ $1" "$2" | awk '{ n += $1 } END { print n + 0 }'; }
# node --test prints "# pass 12" or "ℹ pass 12".
sum_after() { grep -oE "^(#|ℹ) $1 [0-9]+" "$2" | awk '{ n += $3 } END { print n + 0 }'; }

# count FORMAT LOG: sets good and bad.
count() {
  good=0
  bad=0
  case $1 in
    nextest)
      grep -E 'tests? run:' "$2" >"$2.sum"
      good=$(sum_before passed "$2.sum")
      bad=$(sum_before '(failed|timed out)' "$2.sum")
      ;;
    cargo)
      grep -E '^test result:' "$2" >"$2.sum"
      good=$(sum_before passed "$2.sum")
      bad=$(sum_before failed "$2.sum")
      ;;
    vitest)
      grep -E '^ +Tests +' "$2" >"$2.sum"
      good=$(sum_before passed "$2.sum")
      bad=$(sum_before failed "$2.sum")
      ;;
    node)
      good=$(sum_after pass "$2")
      bad=$(($(sum_after fail "$2") + $(sum_after cancelled "$2")))
      ;;
    one) good=1 ;;
    # What this machine cannot do is neither.
    perhaps) grep -q '^skipped:' "$2" || good=1 ;;
    # Getting ready is no test; only its failure counts.
    none) ;;
  esac
}

# stage NAME FORMAT COMMAND...: runs it, shows it, counts it.
stage() {
  local name=$1 format=$2 log=$logs/$1.log status=0 began=$SECONDS
  shift 2
  printf '\n=== %s\n' "$name"
  NO_COLOR=1 "$@" 2>&1 | tee "$log" || status=$?
  count "$format" "$log"
  if [ "$status" -ne 0 ]; then
    case $format in one | perhaps) good=0 ;; esac
    # What broke before it could count (a build, a setup) is one failure.
    [ "$bad" -eq 0 ] && bad=1
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
  table+=$(printf '%-22s %5d passed %4d failed %6ds' "$name" "$good" "$bad" $((SECONDS - began)))$'\n'
}

group_rust() {
  stage format one cargo fmt --all --check
  if cargo nextest --version >/dev/null 2>&1; then
    stage crates nextest scripts/postgres.sh run cargo nextest run --release --workspace --no-fail-fast
  else
    stage crates cargo scripts/postgres.sh run cargo test --release --workspace --no-fail-fast --lib --bins --tests
  fi
  # Once more, each site on the test server: the binary's commands, the bookkeeper, the API. What names its
  # engine itself, or is about the file, is left out.
  GATEBOOK_TEST_ENGINE=postgres stage on-postgres nextest scripts/postgres.sh run cargo nextest run --release --workspace \
    --no-fail-fast --filterset "(package(gatebook) | package(gatebook-api)) - test(/^(backups|configuration|edge|full_disk|postgres|rollback|stolen_edge)::/)"
  stage no-std perhaps scripts/no-std.sh
  stage examples-in-docs cargo cargo test --release --workspace --doc
}

group_web() {
  stage client one scripts/check-client.sh
  stage types one npm --prefix web run --silent typecheck
  stage page-rules one npm --prefix web run --silent lint
  stage pages vitest npm --prefix web run --silent test
}

group_deploy() {
  stage deploy node npm --prefix deploy/check run --silent test
}

group_browser() {
  # The sensor that 10-fingers presses on.
  stage sensor none cargo build --release --workspace --bin sensor_simulator
  stage browser node npm --prefix e2e run --silent test
  # The same, with a process for each part of a site on several hosts, and the database on a server.
  stage browser-hosts node scripts/postgres.sh run npm --prefix e2e run --silent test:hosts
  # In one process again, every page on the database of a server.
  stage browser-postgres node scripts/postgres.sh run npm --prefix e2e run --silent test:postgres
}

groups=("$@")
[ ${#groups[@]} -gt 0 ] || groups=(rust web deploy browser)

stage setup none scripts/setup-test.sh
stage build none make --no-print-directory build
for group in "${groups[@]}"; do "group_$group"; done

printf '\n%s\n%d passed, %d failed\n' "$table" "$passed" "$failed"
[ "$failed" -eq 0 ]
