#!/bin/sh
# Copy a folder, and install and build the npm projects in it.
#
# usage: scripts/build_pages.sh SOURCE TARGET
#
# A project whose lock file is unchanged keeps what was installed before.
set -eu
source=$1
target=$2
mkdir -p "$target"
(cd "$source" && tar -c --exclude=node_modules --exclude=dist -f - .) | tar -x -C "$target" -f -
find "$target" -name node_modules -prune -o -name package-lock.json -print | while read -r lock; do
    (
        cd "$(dirname "$lock")"
        echo "Building $(basename "$PWD")"
        if ! cmp -s package-lock.json node_modules/.locked; then
            npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
            cp package-lock.json node_modules/.locked
        fi
        npm run build --if-present --silent -- --logLevel warn </dev/null
    )
done
