#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-tidy's bug finders over our sources. Run in the build directory, after a build.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
if ! command -v clang-tidy >/dev/null 2>&1; then
    echo "1..0 # SKIP clang-tidy is not installed"
    exit 0
fi
flags=$(pkg-config --cflags json-glib-1.0 2>/dev/null)
# shellcheck disable=SC2086
if (cd "$src" && git ls-files '*.c') | grep -vE '^(tests|qapi/gen|accel/tcg/gen)/' |
    sed "s|^|$src/|" |
    xargs -P 2 -n 8 clang-tidy --quiet --warnings-as-errors='*' \
        --checks='-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions,-bugprone-implicit-widening-of-multiplication-result,-bugprone-reserved-identifier,-bugprone-macro-parentheses,-bugprone-branch-clone,-bugprone-assignment-in-if-condition,-bugprone-not-null-terminated-result,-bugprone-sizeof-expression' \
        -- -std=gnu11 -D_GNU_SOURCE -DG_LOG_DOMAIN=NULL -I"$src" -I. $flags 2>clang-tidy.log; then
    echo "ok 1 - clang-tidy"
    rm -f clang-tidy.log
else
    grep -vE '^[0-9]+ warnings? (generated|treated)' clang-tidy.log
    echo "not ok 1 - clang-tidy"
    exit 1
fi
