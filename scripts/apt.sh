# Sourced by the setup scripts: installs Debian packages, and only those that are missing.
# `want COMMAND PACKAGE` notes a package; `install_wanted` installs what was noted.

wanted=()

want() {
  command -v "$1" >/dev/null 2>&1 || wanted+=("$2")
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else
    echo "Neither root nor sudo here; as root run: apt-get install ${wanted[*]}" >&2
    return 1
  fi
}

# Runs a command during which no installed package may start a service: tests start what they need by
# themselves. Debian's way to say so; where somebody said something there already, that stays.
without_services() {
  local policy=/usr/sbin/policy-rc.d status=0
  if [ "${#wanted[@]}" -eq 0 ] || [ -e "$policy" ] || ! command -v apt-get >/dev/null 2>&1; then
    "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
  "$@" || status=$?
  as_root rm -f "$policy"
  return "$status"
}

install_wanted() {
  [ "${#wanted[@]}" -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "Please install what these Debian packages hold: ${wanted[*]}" >&2
    return 1
  fi
  echo "Installing ${wanted[*]}"
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get -qq update
  as_root apt-get -qq install --yes --no-install-recommends "${wanted[@]}" >/dev/null
}
