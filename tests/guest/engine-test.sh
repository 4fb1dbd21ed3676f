#!/bin/sh
# SPDX-License-Identifier: MIT
# The kernels of tests/bench/engine compute here what they compute on the peer, and the phases of its
# Linux guest find nothing wrong; how long they take is not looked at. Run in the build directory.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
: "${PEER=$(command -v qemu-system-aarch64)}"
if ! command -v "${CROSS_CC:-aarch64-linux-gnu-gcc}" >/dev/null 2>&1; then
    echo "1..0 # SKIP no A64 cross compiler"
    exit 0
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
RUNS=1 SCALE=2 KERNELS='integer memory indirect fp simd atomic system code syscall signal pipe stream
    yield fork exec mmap file smp' "$src/tests/bench/engine" "$PEER" >"$log" 2>&1
status=$?
awk '
    /^FAILED/ { print "not ok " ++n " - " $0; next }
    /^ / { print "# " $0; next }
    /skipped:/ { print "ok " ++n " - " $1 " " $2 " # SKIP " $0; next }
    / poise/ { print "ok " ++n " - " $1 " " $2 }
    END { print "1.." n + 0 }' "$log"
if [ $status != 0 ] && ! grep -q '^FAILED' "$log"; then
    sed 's/^/# /' "$log"
fi
exit $status
