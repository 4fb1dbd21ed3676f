#!/bin/sh
# SPDX-License-Identifier: MIT
# Includes go strictly downwards, as layers.txt says.
set -eu
cd "$(dirname "$0")/../.."
bad=$(git ls-files '*.c' '*.h' | xargs grep -nE '^#include "[a-z-]+/' | awk '
    BEGIN {
        while ((getline line < "tests/lint/layers.txt") > 0) {
            if (line ~ /^#/ || line == "") continue
            n = split(line, f, /[ \t]+/)
            prefix[++rules] = f[1]; layer[rules] = f[2]; may[rules] = " "
            for (i = 3; i <= n; i++) may[rules] = may[rules] f[i] " "
        }
    }
    function rule_of(path,  i) {
        for (i = 1; i <= rules; i++) if (index(path, prefix[i]) == 1) return i
        return 0
    }
    {
        split($0, part, ":")
        from = part[1]
        match($0, /"[^"]+"/)
        to = substr($0, RSTART + 1, RLENGTH - 2)
        a = rule_of(from); b = rule_of(to)
        if (!a || !b) { print from ": " to ": no layer"; next }
        if (may[a] !~ / \* / && index(may[a], " " layer[b] " ") == 0)
            print from ": " layer[a] " must not include " to " (" layer[b] ")"
    }')
if [ -n "$bad" ]; then
    printf '%s\n' "$bad"
    echo "not ok 1 - layers"
    exit 1
fi
echo "ok 1 - layers"
