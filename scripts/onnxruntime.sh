#!/usr/bin/env bash
# Fetches ONNX Runtime's library for tests and measurements: from the pinned wheel of the package index,
# checked by its SHA-256, unpacked into target/onnxruntime (GATEBOOK_ONNXRUNTIME_CACHE moves it).
# Prints the library's path. A site installs the library as it likes; see docs/guide/models.md.
set -euo pipefail
cd "$(dirname "$0")/.."

version=1.32.0
wheel=onnxruntime-$version-cp311-cp311-manylinux_2_28_x86_64.whl
sha256=5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d
cache=${GATEBOOK_ONNXRUNTIME_CACHE:-target/onnxruntime}
library=$cache/libonnxruntime.so.$version

if [ ! -f "$library" ]; then
  [ "$(uname -m)" = x86_64 ] || { echo "SKIPPED: no library is pinned for $(uname -m)" >&2; exit 3; }
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/incoming.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --platform manylinux_2_28_x86_64 --python-version 311 --dest "$work" "onnxruntime==$version" >&2
  echo "$sha256  $work/$wheel" | sha256sum --check --quiet >&2
  python3 -c 'import sys, zipfile
source = zipfile.ZipFile(sys.argv[1]).open("onnxruntime/capi/" + sys.argv[2])
open(sys.argv[3], "wb").write(source.read())' \
    "$work/$wheel" "libonnxruntime.so.$version" "$work/library"
  mv "$work/library" "$library"
fi
realpath "$library"
