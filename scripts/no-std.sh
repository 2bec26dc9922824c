#!/usr/bin/env bash
# The protocol of the sensor is for controllers too: builds it for a chip that has no std. Fetches that target when it is
# missing, and says so when it cannot.
set -euo pipefail
cd "$(dirname "$0")/.."

target=thumbv7em-none-eabi
skip() {
  echo "skipped: $1; that r30x does without std was not checked"
  exit 0
}

command -v rustup >/dev/null 2>&1 || skip "rustup is missing, and with it a way to get $target"
if ! rustup target list --installed | grep -qx "$target"; then
  timeout 120 rustup target add "$target" || skip "$target cannot be fetched"
fi
cargo build --release --package gatebook-r30x --target "$target"
echo "r30x builds for $target, without std"
