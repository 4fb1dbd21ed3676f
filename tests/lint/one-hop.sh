#!/bin/sh
# SPDX-License-Identifier: MIT
# A command of qapi/schema/M.json is implemented in exactly one file */qmp-M.c, and nothing else is.
set -eu
cd "$(dirname "$0")/../.."
bad=0
handlers=$(git ls-files '*qmp-*.c' | grep -v '^tests/' | xargs grep -noE '\bqmp_[a-z0-9_]+\(.*Error \*\*errp\)' |
    sed -E 's/^([^:]+):[0-9]+:(qmp_[a-z0-9_]+)\(.*/\1 \2/')
for schema in qapi/schema/*.json; do
    module=$(basename "$schema" .json)
    for cmd in $(grep -oE "^\{ *'command': *'[^']+'" "$schema" | sed -E "s/.*'([^']+)'\$/\1/"); do
        fn=qmp_$(printf '%s' "$cmd" | tr '.-' '__')
        files=$(git ls-files '*.c' | xargs grep -lE "\b$fn\(" | grep -v '^tests/' || true)
        want=$(printf '%s\n' "$files" | grep -E "(^|/)qmp-$module\.c\$" || true)
        if [ "$(printf '%s\n' "$want" | grep -c .)" != 1 ]; then
            echo "$schema: '$cmd': $fn must be in one qmp-$module.c; found in: $files"
            bad=1
        fi
    done
done
printf '%s\n' "$handlers" | while read -r file fn; do
    module=$(basename "$file" .c | sed 's/^qmp-//')
    cmd=$(printf '%s' "$fn" | sed 's/^qmp_//; s/_/[-_.]/g')
    grep -qE "'command': *'$cmd'" "qapi/schema/$module.json" || {
        echo "$file: $fn belongs to no command of qapi/schema/$module.json"
        exit 1
    }
done || bad=1
if [ $bad -ne 0 ]; then
    echo "not ok 1 - one hop from the schema to the C"
    exit 1
fi
echo "ok 1 - one hop from the schema to the C"
