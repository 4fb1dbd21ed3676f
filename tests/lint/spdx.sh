#!/bin/sh
# SPDX-License-Identifier: MIT
# Every source file names its licence in its first two lines, spelled one way.
set -eu
cd "$(dirname "$0")/../.."
bad=
for f in $(git ls-files '*.c' '*.h' '*.sh' '*.S' '*.isa' '*.mk' configure Makefile.in quickstart check .ci/run); do
    head -n 2 "$f" | grep -q 'SPDX-License-Identifier: MIT' || bad="$bad $f"
done
if [ -n "$bad" ]; then
    echo "no SPDX line:$bad"
    echo "not ok 1 - spdx"
    exit 1
fi
echo "ok 1 - spdx"
