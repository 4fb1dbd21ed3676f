# SPDX-License-Identifier: MIT
# TAP from shell: numbered results, and a directory of the test's own that the test removes. Source it.
# shellcheck shell=sh disable=SC2034
dir=$(mktemp -d)
n=0 failed=0

# report STATUS NAME: a failure shows what $dir/out and $dir/err hold.
report() {
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
        return
    fi
    echo "not ok $n - $2"
    cat "$dir/out" "$dir/err" 2>/dev/null | cat -v | sed 's/^/# /' | head -n 20
    failed=1
}
