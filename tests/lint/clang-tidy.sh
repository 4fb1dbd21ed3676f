#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-tidy's bug finders over our sources. Run in the build directory, after a build.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
if ! command -v clang-tidy >/dev/null 2>&1; then
    echo "1..0 # SKIP clang-tidy is not installed"
    exit 0
fi
checks='-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions'
checks=$checks,-bugprone-implicit-widening-of-multiplication-result,-bugprone-reserved-identifier
checks=$checks,-bugprone-macro-parentheses,-bugprone-branch-clone,-bugprone-sizeof-expression
checks=$checks,-bugprone-signed-char-misuse,-bugprone-assignment-in-if-condition,-bugprone-not-null-terminated-result
export checks
flags="-std=gnu11 -D_GNU_SOURCE -DG_LOG_DOMAIN=NULL -I$src -I. $(pkg-config --cflags json-glib-1.0)"
export flags
# Generators are host programs; the meanings of instructions are one include of generated tables.
if (cd "$src" && git ls-files '*.c') | grep -vE '^(tests|qapi/gen|accel/tcg/gen)/' | sed "s|^|$src/|" |
    xargs -P 2 -n 6 sh -c \
        'clang-tidy --quiet --warnings-as-errors="*" --checks="$checks" "$@" -- $flags' sh \
        >clang-tidy.log 2>&1; then
    echo "ok 1 - clang-tidy"
else
    grep -vE '^[0-9]+ warnings? (generated|treated)|^$' clang-tidy.log
    echo "not ok 1 - clang-tidy"
    exit 1
fi
