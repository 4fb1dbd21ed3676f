#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-format has nothing to change.
set -eu
cd "$(dirname "$0")/../.."
if ! command -v clang-format >/dev/null 2>&1; then
    echo "1..0 # SKIP clang-format is not installed"
    exit 0
fi
if git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror 2>&1 | grep -E 'error|warning' |
    head -n 20 | grep .; then
    echo "not ok 1 - format (make format mends it)"
    exit 1
fi
echo "ok 1 - format"
