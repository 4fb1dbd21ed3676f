#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header compiles alone. Run in the build directory, after a build.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
cc=${CC:-gcc}
flags=$(pkg-config --cflags json-glib-1.0 check 2>/dev/null)
n=0 failed=0
# Bare-metal suites are for another machine: the cross compiler sees to theirs.
for h in $(cd "$src" && git ls-files '*.h' | grep -v '^tests/guest/bare/'); do
    # Fragments that one file includes say so in their second line.
    head -n 4 "$src/$h" | grep -q 'fragment' && continue
    n=$((n + 1))
    # shellcheck disable=SC2086
    if ! printf '#include "%s"\n' "$h" | $cc -x c -std=gnu11 -D_GNU_SOURCE -DG_LOG_DOMAIN=NULL \
        -Wall -fsyntax-only -I"$src" -I. $flags - 2>"headers.log"; then
        cat headers.log
        echo "not ok $n - $h alone"
        failed=1
    else
        echo "ok $n - $h alone"
    fi
done
rm -f headers.log
exit $failed
