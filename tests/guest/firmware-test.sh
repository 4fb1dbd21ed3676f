#!/bin/sh
# SPDX-License-Identifier: MIT
# Firmware: EDK2 to its shell from -bios and from two flashes, and with a kernel that finds ACPI
# tables; U-Boot to its prompt. Run in the build directory.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
image=${DEBIAN_ARM64_IMAGES:-/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64}
efi=${QEMU_EFI:-/usr/share/qemu-efi-aarch64/QEMU_EFI.fd}
aavmf=${AAVMF:-/usr/share/AAVMF}
uboot=${UBOOT:-/usr/lib/u-boot/qemu_arm64/u-boot.bin}
poise=$PWD/poise-system-aarch64
if ! command -v socat >/dev/null 2>&1; then
    echo "1..0 # SKIP socat is not installed"
    exit 0
fi
. "$src/tests/lib/vm.sh"
n=0 failed=0
vm_serial=''
# Runs a test; a file that it needs and that is not there makes it a skipped one.
check() { # name, file, function, arguments
    name=$1 file=$2
    shift 2
    n=$((n + 1))
    if [ ! -r "$file" ]; then
        echo "ok $n - $name # SKIP no $file"
        return
    fi
    begin=$(date +%s)
    if "$@"; then
        echo "ok $n - $name"
        echo "# $(($(date +%s) - begin)) s"
    else
        echo "not ok $n - $name"
        tail -n 30 "$vm_dir/console" 2>/dev/null | tr -d '\000\033\016\017\r' | sed 's/^/# /'
        failed=1
    fi
    vm_kill
}
go() {
    vm_start "$poise" -m 512 -cpu cortex-a57 "$@" >/dev/null || return 1
    [ -z "$vm_serial" ] || vm_connect
    vm_qmp '{"execute": "cont"}' >/dev/null && vm_event RESUME >/dev/null
}
quit() {
    vm_qmp '{"execute": "quit"}' >/dev/null && vm_end
}

shell() { # machine, options
    machine=$1
    shift
    go -M "$machine" "$@" || return 1
    vm_console 'UEFI Interactive Shell' 120 >/dev/null || return 1
    vm_console 'Shell> ' 60 >/dev/null || return 1
    quit
}

# What EDK2 stores in the second flash is in its image afterwards.
two_flashes() {
    cp "$aavmf/AAVMF_VARS.fd" firmware-vars.fd || return 1
    shell virt -drive "if=pflash,format=raw,readonly=on,file=$aavmf/AAVMF_CODE.fd" \
        -drive if=pflash,format=raw,file=firmware-vars.fd || return 1
    ! cmp -s firmware-vars.fd "$aavmf/AAVMF_VARS.fd" || return 1
    rm -f firmware-vars.fd
}

nodes() {
    shell virt,gic-version=3,pflash0=code -blockdev \
        "{'driver': 'file', 'filename': '$aavmf/AAVMF_CODE.fd', 'node-name': 'f', \
          'read-only': true}" \
        -blockdev raw,file=f,node-name=code,read-only=on
}

acpi_kernel() { # machine
    go -M "$1" -smp 2 -bios "$efi" -kernel "$image/linux" -initrd "$image/initrd.gz" \
        -append 'console=ttyAMA0 acpi=force' || return 1
    vm_console 'Linux version' 120 >/dev/null || return 1
    vm_console 'ACPI: SPCR: console: pl011,mmio,0x9000000,9600' 60 >/dev/null || return 1
    vm_console 'SMP: Total of 2 processors activated' 60 >/dev/null || return 1
    vm_console 'ACPI: Enabled\|ACPI: Interpreter enabled' 60 >/dev/null || return 1
    vm_console 'DMI: QEMU' 10 >/dev/null || return 1
    ! grep -aE 'Kernel panic|Oops|ACPI (BIOS )?Error|ACPI Warning' "$vm_dir/console" || return 1
    quit
}

prompt() {
    vm_serial="unix:$vm_dir/tty,server=on,wait=off"
    go -M virt -bios "$uboot" || return 1
    # A prompt ends no line: what it answers is waited for.
    vm_console 'Net:' 60 >/dev/null || return 1
    vm_type ' '
    vm_type 'echo in"si"de
'
    vm_console '^inside' 30 >/dev/null || return 1
    vm_type 'flinfo
'
    vm_console 'Bank # 1' 30 >/dev/null || return 1
    quit
}

check "EDK2 by -bios to its shell" "$efi" shell virt -bios "$efi"
check "EDK2 by -bios, GICv3, EL2, to its shell" "$efi" \
    shell virt,gic-version=3,virtualization=on -bios "$efi"
check "EDK2 in two flashes to its shell, and its variables are kept" "$aavmf/AAVMF_CODE.fd" two_flashes
check "EDK2 from block nodes to its shell" "$aavmf/AAVMF_CODE.fd" nodes
check "EDK2 starts a kernel with ACPI, GICv2" "$image/linux" acpi_kernel virt
check "EDK2 starts a kernel with ACPI, GICv3" "$image/linux" acpi_kernel virt,gic-version=3
check "U-Boot to its prompt, and it does what it is told" "$uboot" prompt
echo "1..$n"
exit $failed
