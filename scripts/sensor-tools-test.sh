#!/usr/bin/env bash
# A public tool for R30x sensors (pyfingerprint, from PyPI) against the simulated sensor on a pseudo-terminal.
# Not part of `make test`, because it needs pip:
#   python3 -m venv V && V/bin/pip install pyfingerprint==1.5 pillow && PYTHON=V/bin/python scripts/sensor-tools-test.sh
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
if ! "$python" -c 'import pyfingerprint' 2>/dev/null; then
  echo "skipped: $python has no pyfingerprint; see the head of $0"
  exit 0
fi
cargo build --release --package gatebook-testkit --bin sensor_simulator
"$python" scripts/sensor_tools_test.py target/release/sensor_simulator
