#!/bin/sh
# Makes a fresh Debian machine ready: Python with venv, the locked dependencies, TimescaleDB and Mosquitto.
# Run again at any time: what is there already is left alone.
set -eu
cd "$(dirname "$0")/.."

say() { echo "setup: $*"; }
die() { echo "setup: $*" >&2; exit 1; }

python_fits() {
    command -v python3 >/dev/null && python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_packages() {
    command -v apt-get >/dev/null || die "this is not Debian: install Python 3.11 or newer with venv by hand, and either Docker or mmdebstrap"
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || die "run as root or with passwordless sudo, or install by hand: $*"
    say "installing $*"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$@" >/dev/null
}

missing=""
python_fits || missing="python3 python3-venv"
# With addresses given, or with a Docker engine, nothing is unpacked.
if [ -z "${PITCALL_DATABASE_URL:-}" ] && ! { docker info && docker compose version; } >/dev/null 2>&1; then
    command -v mmdebstrap >/dev/null || missing="$missing mmdebstrap fakechroot fakeroot"
fi
# shellcheck disable=SC2086 # one word per package
[ -z "$missing" ] || install_packages $missing
python_fits || die "Python 3.11 or newer is needed, this is $(python3 --version 2>&1)"

# The stamp is written last and holds what the environment was made from.
stamp=.venv/made-from
wanted=$(cat requirements.lock pyproject.toml | sha256sum)
if [ "$(cat $stamp 2>/dev/null)" != "$wanted" ]; then
    [ -x .venv/bin/python ] || { say "making .venv"; python3 -m venv .venv; }
    say "installing the locked dependencies (about a minute)"
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
    say "installing pitcall itself"
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
    printf '%s\n' "$wanted" > $stamp
fi

.venv/bin/python -m dev.services unpack
say "ready"
