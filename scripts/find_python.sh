#!/bin/sh
# Print the path of a Python interpreter of version 3.11 or later.
#
# usage: scripts/find_python.sh [NAME...]
#
# The first NAME that runs wins. Without names it is PYTHON when that is set, and
# otherwise python3 or the newest versioned name on the PATH.
set -eu

if [ $# -eq 0 ]; then
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3 python3.14 python3.13 python3.12 python3.11 python
    fi
fi

# A name on the PATH proves little: it may be a version manager's stand-in for a
# version that is not switched on, so each candidate is run.
works() {
    "$1" -c 'import sys; sys.version_info >= (3, 11) or sys.exit(1)
print(sys.executable)' 2>/dev/null
}

for name in "$@"; do
    works "$name" && exit 0
done
# Those that pyenv keeps switched off are found in its folder.
for name in "$@"; do
    for candidate in "${HOME:-}"/.pyenv/versions/"${name#python}".*/bin/python; do
        works "$candidate" && exit 0
    done
done
echo "No Python 3.11 or later found (tried: $*)." \
    "Install one, or name it: make PYTHON=/path/to/python3.11 ..." >&2
exit 1
