#!/bin/sh
# SPDX-License-Identifier: MIT
# clang's thread-safety analysis of the lock annotations. Run in the build directory, after a build.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
if ! command -v clang >/dev/null 2>&1; then
    echo "1..0 # SKIP clang is not installed"
    exit 0
fi
flags=$(pkg-config --cflags json-glib-1.0 2>/dev/null)
failed=0
for f in $(cd "$src" && git ls-files '*.c' | grep -vE '^(tests|qapi/gen|accel/tcg/gen)/'); do
    # shellcheck disable=SC2086
    clang -fsyntax-only -std=gnu11 -D_GNU_SOURCE -DG_LOG_DOMAIN=NULL -Wthread-safety -Werror -I"$src" -I. \
        $flags "$src/$f" || failed=1
done
if [ $failed -ne 0 ]; then
    echo "not ok 1 - thread safety"
    exit 1
fi
echo "ok 1 - thread safety"
