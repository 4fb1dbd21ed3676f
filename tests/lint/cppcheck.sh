#!/bin/sh
# SPDX-License-Identifier: MIT
# cppcheck over our sources.
set -eu
src=$(cd "$(dirname "$0")/../.." && pwd)
build=$(pwd)
if ! command -v cppcheck >/dev/null 2>&1; then
    echo "1..0 # SKIP cppcheck is not installed"
    exit 0
fi
cd "$src"
if git ls-files '*.c' | grep -v '^tests/' | cppcheck --file-list=- -j2 --quiet --std=c11 -I. -I"$build" \
    --enable=warning,portability --inline-suppr --error-exitcode=1 \
    --suppressions-list=tests/lint/cppcheck.txt 2>&1; then
    echo "ok 1 - cppcheck"
else
    echo "not ok 1 - cppcheck"
    exit 1
fi
