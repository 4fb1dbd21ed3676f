#!/bin/sh
# SPDX-License-Identifier: MIT
# A mirror, not a gate: the ten longest functions and files.
set -eu
cd "$(dirname "$0")/../.."
echo "# longest files (lines)"
git ls-files '*.c' '*.h' | xargs wc -l | grep -v ' total$' | sort -rn | head -n 10 | sed 's/^/# /'
echo "# longest functions (lines)"
git ls-files '*.c' | xargs awk '
    FNR == 1 { name = "" }
    /^[a-zA-Z].*\(/ && !/;$/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
    /^\{/ { start = FNR }
    /^\}/ && start { print FNR - start, FILENAME ":" name; start = 0 }' |
    sort -rn | head -n 10 | sed 's/^/# /'
