#!/usr/bin/env bash
# What the tests need beyond the build: a browser, a way to make its webcam's film, fonts for
# its pages, a stock MQTT client, an MQTT broker, and PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")"
. ./apt.sh

want chromium chromium
want ffmpeg ffmpeg
want mosquitto_pub mosquitto-clients
want curl curl
want fc-match fontconfig
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || wanted+=(postgresql)
[ -e /usr/share/fonts/truetype/liberation ] || wanted+=(fonts-liberation)
[ -x /usr/sbin/mosquitto ] || command -v mosquitto >/dev/null || wanted+=(mosquitto)
without_services install_wanted

../scripts/npm-install.sh e2e
../scripts/npm-install.sh deploy/check
if ! cargo fmt --version >/dev/null 2>&1 && command -v rustup >/dev/null 2>&1; then
  rustup component add rustfmt
fi
