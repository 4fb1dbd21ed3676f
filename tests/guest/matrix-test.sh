#!/bin/sh
# SPDX-License-Identifier: MIT
# A Debian kernel on every kind of virt board: device tree and ACPI (through UEFI), at EL1 and EL2,
# 1 to 8 vCPUs, GICv2 and GICv3. Run in the build directory.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
image=${DEBIAN_ARM64_IMAGES:-/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64}
efi=${EFI_FIRMWARE:-/usr/share/qemu-efi-aarch64/QEMU_EFI.fd}
poise=$PWD/poise-system-aarch64
if [ ! -r "$image/linux" ]; then
    echo "1..0 # SKIP no Debian installer images"
    exit 0
fi
if ! command -v socat >/dev/null 2>&1; then
    echo "1..0 # SKIP socat is not installed"
    exit 0
fi
. "$src/tests/lib/vm.sh"
n=0 failed=0

# boots TABLES EL CPUS GIC: up to the first process.
boots() {
    machine=virt,gic-version=$4
    [ "$2" = 1 ] || machine=$machine,virtualization=on
    if [ "$1" = acpi ]; then
        set -- "$@" -bios "$efi"
    fi
    tables=$1 el=$2 cpus=$3
    shift 4
    vm_start "$poise" -M "$machine" -cpu "$cpu" -smp "$cpus" -m 512 "$@" -kernel "$image/linux" \
        -initrd "$image/initrd.gz" -append 'console=ttyAMA0 TERM=linux' >/dev/null || return 1
    vm_qmp '{"execute": "cont"}' >/dev/null || return 1
    vm_console 'Run /init as init process' 120 >/dev/null || return 1
    grep -aq "SMP: Total of $cpus processors activated" "$vm_dir/console" || return 1
    grep -aq "CPU: All CPU(s) started at EL$el" "$vm_dir/console" || return 1
    if [ "$tables" = acpi ]; then
        grep -aq 'ACPI: RSDP' "$vm_dir/console" || return 1
    fi
    ! grep -aE 'Kernel panic|Oops|BUG:|WARNING:|rcu.*stall' "$vm_dir/console" || return 1
    vm_qmp '{"execute": "quit"}' >/dev/null && vm_end
}

for tables in dt acpi; do
    if [ $tables = acpi ] && [ ! -r "$efi" ]; then
        n=$((n + 1))
        echo "ok $n - ACPI # SKIP no UEFI firmware (package qemu-efi-aarch64)"
        continue
    fi
    for el in 1 2; do
        for cpus in 1 2 4 8; do
            for gic in 2 3; do
                n=$((n + 1))
                # Models alternate, so that each meets every kind of board.
                case $(((n + n / 2) % 2)) in 0) cpu=cortex-a57 ;; *) cpu=max ;; esac
                title="$tables, EL$el, $cpus vCPUs, GICv$gic, $cpu: a kernel comes to its first process"
                if boots "$tables" "$el" "$cpus" "$gic"; then
                    echo "ok $n - $title"
                else
                    echo "not ok $n - $title"
                    tail -n 30 "$vm_dir/console" | tr -d '\000\033\r' | sed 's/^/# /'
                    failed=1
                fi
                vm_kill
            done
        done
    done
done
echo "1..$n"
exit $failed
