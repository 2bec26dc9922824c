#!/usr/bin/env bash
# What the tests need beyond the build: a browser, a way to make its webcam's film, fonts for
# its pages, a stock MQTT client, an MQTT broker, an RTSP server, and PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")"
. ./apt.sh

want chromium chromium
want ffmpeg ffmpeg
want mosquitto_pub mosquitto-clients
want curl curl
# A real RTSP server, by the system's own Python, whichever other is on the path.
/usr/bin/python3 -c 'import gi; gi.require_version("GstRtspServer", "1.0")' 2>/dev/null ||
  wanted+=(python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good)
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
