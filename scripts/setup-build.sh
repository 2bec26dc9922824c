#!/usr/bin/env bash
# What building Gatebook needs: a C compiler (SQLite, ring), Rust, Node for the pages and npm
# for the packages that hold the model weights.
set -euo pipefail
cd "$(dirname "$0")"
. ./apt.sh

want cc build-essential
want git git
install_wanted

if ! command -v cargo >/dev/null 2>&1; then
  echo "Rust is missing. Install it from https://rustup.rs, then run this again." >&2
  exit 1
fi

if ! command -v npm >/dev/null 2>&1 ||
  ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
  echo "Node 20.19 or newer with npm is missing. See https://nodejs.org, then run this again." >&2
  exit 1
fi
