#!/bin/sh
# SPDX-License-Identifier: MIT
# A Linux guest that has booted costs the host at most 1.2 times what the guest itself has touched of
# its memory and the translator may use (tb-size). Run in the build directory.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
poise=$PWD/poise-system-aarch64
. "$src/tests/lib/vm.sh"
vm_need_installer

# Of the process, in KiB: all memory, and what is the guest's. A page that is mapped twice counts once.
memory() {
    awk '/^[0-9a-f]+-/ { guest = /mach-virt.ram|\/linux$|\/initrd.gz$/ }
         /^Pss:/ { all += $2; of_guest += guest * $2 }
         END { print all, of_guest }' "/proc/$vm_pid/smaps"
}

n=0 failed=0
for size in 32 128; do
    n=$((n + 1))
    touched=0 all=0
    if vm_start "$poise" -M virt -cpu cortex-a57 -m 512 -accel tcg,tb-size=$size -kernel "$image/linux" \
        -initrd "$image/initrd.gz" -append 'console=ttyAMA0 TERM=linux' >/dev/null &&
        vm_qmp '{"execute": "cont"}' >/dev/null && vm_console 'Select a language' 300 >/dev/null; then
        # shellcheck disable=SC2046
        set -- $(memory)
        all=$1 touched=$2
        vm_qmp '{"execute": "quit"}' >/dev/null && vm_end
    fi
    limit=$(((touched + size * 1024) * 12 / 10))
    if [ "$touched" -gt 100000 ] && [ "$all" -le "$limit" ]; then
        echo "ok $n - tb-size=$size: $all KiB, of which $touched are the guest's; at most $limit"
    else
        echo "not ok $n - tb-size=$size: $all KiB, of which $touched are the guest's; at most $limit"
        failed=1
        vm_kill
    fi
done
echo "1..$n"
exit $failed
