#!/usr/bin/env bash
# The page's client is generated from the API's document, and the committed one is the newest.
set -euo pipefail
cd "$(dirname "$0")/../web"

fresh=$(mktemp --suffix=.d.ts)
trap 'rm -f "$fresh"' EXIT
npx --no-install openapi-typescript ../crates/api/openapi.json -o "$fresh" >/dev/null
if ! diff -q "$fresh" src/api/schema.d.ts >/dev/null; then
  echo "web/src/api/schema.d.ts is not what crates/api/openapi.json says: npm --prefix web run types" >&2
  exit 1
fi
echo "The client is generated from the document."
