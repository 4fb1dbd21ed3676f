#!/bin/sh
# SPDX-License-Identifier: MIT
# A Debian kernel at EL2 runs a virtual machine with KVM, whose guest has timer interrupts and SGIs: with
# GICv2 and GICv3, with and without VHE. Run in the build directory.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
image=${DEBIAN_ARM64_IMAGES:-/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64}
poise=$PWD/poise-system-aarch64
cc=${CROSS_CC:-aarch64-linux-gnu-gcc}
for need in "$image/linux" /usr/bin/cpio /usr/bin/socat; do
    if [ ! -r "$need" ]; then
        echo "1..0 # SKIP there is no $need"
        exit 0
    fi
done
. "$src/tests/lib/vm.sh"
built=$PWD/kvm
n=0 failed=0

# ./kvm/initrd: one static program.
build() {
    mkdir -p "$built/root" && cd "$built" || return 1
    "$cc" -nostdlib -static -no-pie -Wl,-Ttext=0x40000000 -Wl,--build-id=none \
        "$src/tests/guest/kvm/guest.S" -o guest.elf &&
        "${cc%gcc}objcopy" -O binary guest.elf guest.bin &&
        "$cc" -static -O1 -Wa,-I"$built" "$src/tests/guest/kvm/init.c" -o root/init &&
        (cd root && find . | cpio -o -H newc --quiet) >initrd
}
if ! (build) >kvm.log 2>&1; then
    echo "1..0 # SKIP no A64 cross compiler with a static C library"
    exit 0
fi

runs() { # gic, cpu, mode
    vm_start "$poise" -M "virt,gic-version=$1,virtualization=on" -cpu "$2" -m 256 -kernel "$image/linux" \
        -initrd "$built/initrd" -append "console=ttyAMA0 panic=1 gic=$1" >/dev/null || return 1
    vm_qmp '{"execute": "cont"}' >/dev/null || return 1
    vm_console "kvm .1.: $3 mode initialized successfully" 120 >/dev/null || return 1
    vm_console 'guest: ' 60 >/dev/null || return 1
    grep -q -a 'guest: done' "$vm_dir/console" || return 1
    vm_event '"guest-shutdown"' >/dev/null && vm_end
}

while read -r gic cpu mode; do
    n=$((n + 1))
    if runs "$gic" "$cpu" "$mode"; then
        echo "ok $n - a guest of a $mode-mode hypervisor, GICv$gic, $cpu"
    else
        echo "not ok $n - a guest of a $mode-mode hypervisor, GICv$gic, $cpu"
        tail -n 20 "$vm_dir/console" | tr -d '\000\033\r' | sed 's/^/# /'
        failed=1
    fi
    vm_kill
done <<END
2 cortex-a57 Hyp
3 cortex-a72 Hyp
2 max VHE
3 max VHE
END
echo "1..$n"
exit $failed
