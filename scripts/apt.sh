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
