#!/bin/sh
# Install the project into a virtual environment, which is made when it is not there.
#
# usage: scripts/venv.sh DIRECTORY [pip install argument...]
#
# Without arguments the project itself is installed, editable. PYTHON names the
# interpreter of a new environment. uv is used when it is on the PATH, venv and pip
# when it is not. An environment that a stopped run left half made is repaired.
set -eu
cd "$(dirname "$0")/.."
venv=$1
shift
[ $# -gt 0 ] || set -- --editable .

have_uv() { command -v uv >/dev/null 2>&1; }
in_venv() { "$venv/bin/python" -m "$@"; }

if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
    >/dev/null 2>&1; then
    python=$(scripts/find_python.sh)
    echo "Making $venv with $("$python" --version)"
    if have_uv; then
        uv venv --quiet --clear --python "$python" "$venv"
    else
        "$python" -m venv --clear "$venv"
    fi
    echo '*' >"$venv/.gitignore"
fi

echo "Installing into $venv: $*"
if have_uv; then
    uv pip install --quiet --python "$venv/bin/python" "$@"
    exit 0
fi
in_venv pip --version >/dev/null 2>&1 || in_venv ensurepip >/dev/null
case " $* " in
# Dependency groups are known to pip since 25.1.
*" --group "*) in_venv pip install -qq --upgrade 'pip>=25.1' ;;
esac
# Quiet as long as it works; a failure is repeated with all that pip has to say.
in_venv pip install -qq "$@" || in_venv pip install "$@"
