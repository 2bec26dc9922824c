#!/usr/bin/env bash
# Faces beside the peers: the same frame, the same core, one run after the other.
#
#   bench/peers/faces.sh [core]        (0 unless given)
#
# Installs the peers by their package names, pinned, into target/peers: dlib in Python (the old stack: HOG, five
# points, descriptor), face-api in Node (SSD and the tiny detector), and for searching numpy, faiss and simsimd.
# The frame is the one of `cargo bench --workspace --bench frame`.
set -euo pipefail
cd "$(dirname "$0")/../.."
core=${1:-0}
home=target/peers
mkdir -p "$home"

if [ ! -x "$home/python/bin/python" ]; then
  python3 -m venv "$home/python"
  "$home/python/bin/pip" install --quiet --disable-pip-version-check \
    dlib-bin==20.0.1.post1 face-recognition-models==0.3.0 "setuptools<80" \
    numpy==2.4.1 faiss-cpu==1.15.1 simsimd==6.5.16
fi
if [ ! -d "$home/node_modules/@vladmandic/face-api" ]; then
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$home" \
    @vladmandic/face-api@1.7.15 @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0 jpeg-js@0.4.4
fi
cargo bench --quiet --workspace --bench frame --bench gallery --no-run

export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 GATEBOOK_FRAME=$PWD/$home/frame.jpg
one() { taskset -c "$core" "$@"; }
echo "== load average $(cut -d' ' -f1-3 /proc/loadavg), core $core"
echo; echo "== Gatebook"
one cargo bench --quiet --workspace --bench frame
echo; echo "== dlib (Python)"
one "$home/python/bin/python" bench/peers/faces.py frame "$GATEBOOK_FRAME"
echo; echo "== face-api (Node, WebAssembly)"
one node bench/peers/faces.mjs "$home" "$GATEBOOK_FRAME"
echo; echo "== one face among 1,000,000 of 128 numbers, exact: Gatebook"
one cargo bench --quiet --workspace --bench gallery
echo; echo "== the same: numpy, faiss, simsimd"
one "$home/python/bin/python" bench/peers/faces.py search
