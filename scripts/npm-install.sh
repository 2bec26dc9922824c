#!/usr/bin/env bash
# Installs a folder's npm packages from its lock file, unless they are there already.
set -euo pipefail
cd "$(dirname "$0")/../$1"

if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  npm ci --no-fund --no-audit
  touch node_modules/.package-lock.json
fi
