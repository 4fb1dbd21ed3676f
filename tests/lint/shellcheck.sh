#!/bin/sh
# SPDX-License-Identifier: MIT
# Every shell script passes shellcheck (warnings and errors).
set -eu
cd "$(dirname "$0")/../.."
if ! command -v shellcheck >/dev/null 2>&1; then
    echo "1..0 # SKIP shellcheck is not installed"
    exit 0
fi
if git ls-files | xargs grep -lE '^#!/bin/(sh|bash)|^#!/usr/bin/env (sh|bash)' | xargs shellcheck --severity=warning --exclude=SC1091,SC2154; then
    echo "ok 1 - shellcheck"
else
    echo "not ok 1 - shellcheck"
    exit 1
fi
