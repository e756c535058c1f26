#!/bin/sh
# Makes a fresh Debian or Ubuntu machine ready for Gagas: system libraries, .venv, every package at its locked release.
#   sh deploy/setup.sh             what `make setup` runs; a second run does nothing
#   sh deploy/setup.sh --tests     also what only tests need: Chromium, and the virus scanner, which is unpacked and not installed
# Network: apt and the Python package index only.
set -eu
cd "$(dirname "$0")/.."

UV_RELEASE=0.13.9
PYTHON_PACKAGES=.venv/setup.log
CERTIFICATES=/etc/ssl/certs/ca-certificates.crt
STARTED=$(date +%s)

say() { printf '  %s\n' "$*"; }
fail() {
    printf '\n  Set-up stopped: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '  Type this, then run it again:\n\n    %s\n\n' "$2" >&2
    exit 1
}
last_lines() { [ ! -s "$PYTHON_PACKAGES" ] || tail -n 15 "$PYTHON_PACKAGES" | sed 's/^/    /' >&2; }

# System packages: installed where we may, else named in one line to type.

if [ "$(id -u)" = 0 ]; then ROOT=""; else ROOT="sudo -n"; fi
may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ -z "$ROOT" ] || $ROOT true 2>/dev/null
}
apt_install() {
    set -- -qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 install "$@"
    $ROOT env DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null >/dev/null 2>&1 && return 0
    $ROOT env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 update </dev/null >/dev/null 2>&1 || true
    $ROOT env DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null >/dev/null 2>&1
}
loads() { "$PYTHON" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" 2>/dev/null; }
reads_heic() { "$PYTHON" -c 'import ctypes, sys; sys.exit(not ctypes.CDLL("libheif.so.1").heif_have_decoder_for_format(1))' 2>/dev/null; }
missing_packages() {
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || printf 'python3-venv '
    loads libpango-1.0.so.0 || printf 'libpango-1.0-0 '
    loads libpangoft2-1.0.so.0 || printf 'libpangoft2-1.0-0 '
}
wanted_packages() { # documents are smaller and faster with the first, and photos of phones are read with the others
    loads libharfbuzz-subset.so.0 || printf 'libharfbuzz-subset0 '
    reads_heic || printf 'libheif1 '
    reads_heic || ! apt-cache show libheif-plugin-libde265 >/dev/null 2>&1 || printf 'libheif-plugin-libde265 '
}

find_python() {
    for name in python3 python3.13 python3.12 python3.11; do
        command -v "$name" >/dev/null 2>&1 || continue
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; then
            PYTHON=$name
            return 0
        fi
    done
    fail "Gagas needs Python 3.11, 3.12 or 3.13." "sudo apt-get install -y python3 python3-venv"
}

install_system() {
    for _ in 1 2; do # once more for what a fresh machine's lists name only after the first
        packages="$(missing_packages)$(wanted_packages)"
        [ -n "$packages" ] && may_install || break
        say "system libraries: $packages"
        # shellcheck disable=SC2086
        apt_install $packages || true
    done
    packages=$(missing_packages)
    [ -z "$packages" ] || fail "system packages are missing." "sudo apt-get update && sudo apt-get install -y ${packages% }"
    packages=$(wanted_packages)
    case $packages in
        "") say "system libraries are here" ;;
        *) say "documents are larger and slower without libharfbuzz-subset0, photos as HEIC are refused without libheif: sudo apt-get install -y ${packages% }" ;;
    esac
}

install_chromium() {
    if [ -n "${GAGAS_TEST_CHROMIUM:-}" ]; then return 0; fi
    for name in chromium chromium-browser google-chrome; do
        ! command -v "$name" >/dev/null 2>&1 || return 0
    done
    if may_install; then
        say "chromium, for the browser tests"
        apt_install chromium || true
    fi
    command -v chromium >/dev/null 2>&1 || {
        printf '\n  BROWSER TESTS WILL NOT RUN: there is no Chromium here, and apt could not install it.\n' >&2
        printf '  To run them: sudo apt-get install -y chromium\n\n' >&2
    }
}

# Installed, the virus scanner would run from now on and fetch some hundred megabytes of signatures; the tests have their own, and want 24 MB
# of programs: the packages that apt would add, unpacked where nothing starts them.
unpack_scanner() {
    ! command -v clamd >/dev/null 2>&1 && [ ! -x .venv/clamav/usr/sbin/clamd ] || return 0
    names=$(apt-get -s --no-install-recommends install clamav-daemon 2>/dev/null | sed -n 's/^Inst \([^ ]*\) .*/\1/p') || true
    rm -rf .venv/clamav
    if [ -n "$names" ] && mkdir -p .venv/clamav && (
        cd .venv/clamav
        # shellcheck disable=SC2086
        apt-get -qq download $names && for package in *.deb; do dpkg -x "$package" .; done && rm -f ./*.deb
    ) >/dev/null 2>&1 && [ -x .venv/clamav/usr/sbin/clamd ]; then
        say "the virus scanner, for its tests, in .venv/clamav"
    else
        say "the tests with a real virus scanner are skipped: apt has no clamav-daemon here"
    fi
}

# Python packages: uv installs what uv.lock names; where uv cannot reach its index, pip installs the same files by the same hashes.

install_uv() {
    [ "$(.venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" != "$UV_RELEASE" ] || return 0
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >>"$PYTHON_PACKAGES" 2>&1
    set -- .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "uv==$UV_RELEASE"
    "$@" >>"$PYTHON_PACKAGES" 2>&1 && return 0
    [ -f "$CERTIFICATES" ] && PIP_CERT=$CERTIFICATES "$@" >>"$PYTHON_PACKAGES" 2>&1 && return 0
    last_lines
    fail "pip could not install uv."
}
sync_with_uv() {
    [ ! -f "$CERTIFICATES" ] || UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-true}
    export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-false}" UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never
    .venv/bin/uv sync --locked --no-progress --python .venv/bin/python >>"$PYTHON_PACKAGES" 2>&1
}
sync_with_pip() {
    .venv/bin/uv export --frozen --no-emit-project --quiet --output-file .venv/requirements.txt >>"$PYTHON_PACKAGES" 2>&1 &&
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes \
            -r .venv/requirements.txt >>"$PYTHON_PACKAGES" 2>&1 &&
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps -e . >>"$PYTHON_PACKAGES" 2>&1
}
install_packages() {
    .venv/bin/python -c '' 2>/dev/null || {
        rm -rf .venv
        "$PYTHON" -m venv .venv || fail "$PYTHON could not make .venv."
        CREATED=yes
    }
    : >"$PYTHON_PACKAGES"
    install_uv
    say "$(.venv/bin/python -V), uv $UV_RELEASE; installing packages"
    sync_with_uv && return 0
    if grep -q 'needs to be updated' "$PYTHON_PACKAGES"; then
        fail "uv.lock does not fit pyproject.toml." ".venv/bin/uv lock"
    fi
    if ! grep -q 'Failed to build' "$PYTHON_PACKAGES" || grep -q 'Failed to resolve\|Failed to fetch' "$PYTHON_PACKAGES"; then
        say "uv cannot reach its package index; pip installs the same files from its own"
        sync_with_pip && return 0
    fi
    last_lines
    fail "the packages could not be installed; the whole story is in $PYTHON_PACKAGES."
}

is_ready() {
    [ -e .venv/.ready ] && [ -x .venv/bin/python ] || return 1
    for source in uv.lock pyproject.toml deploy/setup.sh; do
        [ .venv/.ready -nt "$source" ] || return 1
    done
}

CREATED=no
if ! is_ready; then
    printf '\n  Gagas: set-up\n'
    find_python
    install_system
    install_packages
    seconds=$(($(date +%s) - STARTED))
    [ $CREATED = no ] && [ -e .venv/setup-seconds ] || echo $seconds >.venv/setup-seconds
    touch .venv/.ready
    say "ready after $seconds s"
    echo
fi
[ "${1:-}" != --tests ] || { install_chromium; unpack_scanner; }
