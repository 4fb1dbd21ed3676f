#!/bin/sh
# SPDX-License-Identifier: MIT
# Real guests from paused to their console. Run in the build directory.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
image=${DEBIAN_ARM64_IMAGES:-/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64}
poise=$PWD/poise-system-aarch64
if ! command -v socat >/dev/null 2>&1; then
    echo "1..0 # SKIP socat is not installed"
    exit 0
fi
. "$src/tests/lib/vm.sh"
n=0 failed=0
report() { # status, name
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        tail -n 30 "$vm_dir/console" 2>/dev/null | tr -d '\000\033\016\017\r' | sed 's/^/# /'
        failed=1
    fi
    vm_kill
}
instructions() {
    vm_qmp '{"execute": "qom-get", "arguments": {"path": "'"$1"'", "property": "x-instructions"}}' |
        sed 's/.*"return": \([0-9]*\).*/\1/'
}
first_cpu() {
    vm_qmp '{"execute": "query-cpus-fast"}' | sed 's/.*"qom-path": "\([^"]*\)".*/\1/'
}

embedded() {
    vm_start "$poise" -M virt -kernel hello.img >/dev/null || return 1
    cpu=$(first_cpu)
    [ "$(instructions "$cpu")" = 0 ] || return 1
    vm_qmp '{"execute": "cont"}' >/dev/null && vm_event RESUME >/dev/null || return 1
    vm_console 'echoed' 30 >/dev/null || return 1
    [ "$(instructions "$cpu")" -gt 100 ] || return 1
    vm_qmp '{"execute": "system_reset"}' >/dev/null && vm_event RESET >/dev/null || return 1
    vm_console 'echoed' 30 2 >/dev/null || return 1
    vm_qmp '{"execute": "system_powerdown"}' >/dev/null && vm_event POWERDOWN >/dev/null || return 1
    vm_event '"guest-shutdown"' >/dev/null || return 1
    vm_end
}

# The same guest in the other forms that -kernel takes.
greets() { # kernel
    vm_start "$poise" -M virt -kernel "$1" >/dev/null || return 1
    vm_qmp '{"execute": "cont"}' >/dev/null || return 1
    vm_console 'echoed' 30 >/dev/null || return 1
    vm_qmp '{"execute": "system_reset"}' >/dev/null && vm_console 'echoed' 30 2 >/dev/null || return 1
    vm_qmp '{"execute": "quit"}' >/dev/null && vm_end
}

installer() { # cpus, gic version
    vm_start "$poise" -M "virt,gic-version=$2" -cpu cortex-a57 -smp "$1" -m 512 -kernel "$image/linux" \
        -initrd "$image/initrd.gz" -append 'console=ttyAMA0 TERM=linux' >/dev/null || return 1
    vm_qmp '{"execute": "query-status"}' | grep -q prelaunch || return 1
    cpu=$(first_cpu)
    [ "$(instructions "$cpu")" = 0 ] || return 1
    vm_qmp '{"execute": "cont"}' >/dev/null && vm_event RESUME >/dev/null || return 1
    vm_console 'Linux version' 60 >/dev/null || return 1
    vm_console "SMP: Total of $1 processors activated" 120 >/dev/null || return 1
    vm_console 'Select a language' 400 >/dev/null || return 1
    ! grep -aE 'Kernel panic|Oops|BUG:|rcu.*stall' "$vm_dir/console" || return 1
    vm_qmp '{"execute": "quit"}' >/dev/null && vm_event SHUTDOWN >/dev/null || return 1
    vm_end
}

embedded
report $? "embedded guest: paused at 0 instructions, cont, reset, power button, exit 0"
"$src/docs/howto/paused-to-off.sh" "$poise" hello.img >"$vm_dir/howto.log" 2>&1 &&
    grep -q 'power button, off' "$vm_dir/howto.log"
report $? "docs/howto/paused-to-off.sh"
gzip -c hello.img >hello.img.gz
greets hello.img.gz
report $? "gzipped Image, also after a reset"
if [ -f hello.o ]; then
    greets hello.elf
    report $? "ELF file, also after a reset"
else
    n=$((n + 1))
    echo "ok $n - ELF file # SKIP no cross compiler when this was built"
fi
for cpus in 1 4; do
    for gic in 2 3; do
        if [ -r "$image/linux" ]; then
            installer $cpus $gic
            report $? "Debian installer's first screen, $cpus vCPUs, GICv$gic"
        else
            n=$((n + 1))
            echo "ok $n - Debian installer, $cpus vCPUs, GICv$gic # SKIP no Debian installer images"
        fi
    done
done
echo "1..$n"
exit $failed
