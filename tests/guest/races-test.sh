#!/bin/sh
# SPDX-License-Identifier: MIT
# Linux boots on several vCPUs in a build with the thread sanitizer: in translated code to the
# installer's first screen, in both tiers with a code cache that has to be emptied to its first process.
# No report. Run in the build directory.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
poise=$PWD/poise-system-aarch64
if ! grep -q '^SAN.*fsanitize=thread' config.mk; then
    echo "1..0 # SKIP this build has no thread sanitizer"
    exit 0
fi
. "$src/tests/lib/vm.sh"
vm_need_installer

boots() { # accelerator properties, what the console says at last
    vm_start "$poise" -M virt,gic-version=3 -cpu cortex-a76 -smp 4 -m 512 -accel "tcg,$1" \
        -kernel "$image/linux" -initrd "$image/initrd.gz" -append 'console=ttyAMA0 TERM=linux' >/dev/null &&
        vm_qmp '{"execute": "cont"}' >/dev/null && vm_console "$2" 900 >/dev/null &&
        vm_qmp '{"execute": "quit"}' >/dev/null && vm_end
}

n=0 failed=0
reports=$(mktemp -d)
while read -r properties until; do
    n=$((n + 1))
    export TSAN_OPTIONS="suppressions=$src/tests/lib/tsan.supp log_path=$reports/$n"
    if boots "$properties" "$until" 2>"$reports/log" && ! grep -hs 'SUMMARY' "$reports/$n".*; then
        echo "ok $n - 4 vCPUs, $properties"
    else
        echo "not ok $n - 4 vCPUs, $properties"
        cat "$reports/log" "$reports/$n".* 2>/dev/null | sed 's/^/# /'
        vm_kill
        failed=1
    fi
done <<END
tier=jit Select a language
tier=auto,tb-size=8 Run /init as init process
END
rm -rf "$reports"
echo "1..$n"
exit $failed
