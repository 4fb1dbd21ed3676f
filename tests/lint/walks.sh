#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/architecture.md: every `file.c:function` it names is defined there, every folder exists.
set -eu
cd "$(dirname "$0")/../.."
bad=0
for ref in $(grep -oE '`[a-z0-9/_-]+\.[ch]:[A-Za-z0-9_]+`' docs/architecture.md | tr -d '`' | sort -u); do
    file=${ref%%:*} fn=${ref#*:}
    if [ ! -f "$file" ] || ! grep -qE "\b$fn\b" "$file"; then
        echo "docs/architecture.md: $ref is not there"
        bad=1
    fi
done
for dir in $(grep -oE '^\| `[a-z0-9/_-]+/`' docs/architecture.md | grep -oE '[a-z0-9/_-]+/'); do
    if [ ! -d "$dir" ]; then
        echo "docs/architecture.md: folder $dir does not exist"
        bad=1
    fi
done
if [ $bad -ne 0 ]; then
    echo "not ok 1 - architecture walks"
    exit 1
fi
echo "ok 1 - architecture walks"
