#!/bin/sh
# SPDX-License-Identifier: MIT
# Several CPUs of a Linux guest interrupt each other, change mappings under each other and lock, for
# STRESS_SECONDS of the guest's time in each configuration (10; by hand 600). Run in the build
# directory. POISE_ACCEL passes accelerator properties (tier=interp).
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
image=${DEBIAN_ARM64_IMAGES:-/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64}
cc=${CROSS_CC:-aarch64-linux-gnu-gcc}
: "${STRESS_SECONDS:=10}"
for need in "$image/linux" /usr/bin/cpio; do
    if [ ! -r "$need" ]; then
        echo "1..0 # SKIP there is no $need"
        exit 0
    fi
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

build() {
    mkdir -p "$dir/root/dev" "$dir/root/proc" &&
        "$cc" -static -O2 -pthread -D_GNU_SOURCE "$src/tests/guest/smp/init.c" -o "$dir/root/init" &&
        (cd "$dir/root" && find . | cpio -o -H newc --quiet) >"$dir/initrd"
}
if ! build >"$dir/log" 2>&1; then
    echo "1..0 # SKIP no A64 cross compiler with a static C library"
    exit 0
fi

n=0 failed=0
runs() { # cpus, gic, cpu
    timeout $((STRESS_SECONDS * 10 + 200)) ./poise-system-aarch64 --run \
        ${POISE_ACCEL:+-accel "tcg,$POISE_ACCEL"} -M "virt,gic-version=$2" -cpu "$3" -smp "$1" -m 512 \
        -nodefaults -display none -serial "file:$dir/console" -kernel "$image/linux" \
        -initrd "$dir/initrd" >"$dir/log" 2>&1 \
        -append "console=ttyAMA0 quiet panic=1 rdinit=/init seconds=$STRESS_SECONDS" || return 1
    grep -q 'smp: end' "$dir/console" && ! grep -q '^not ok' "$dir/console" &&
        ! grep -aE 'Kernel panic|Oops|BUG:|WARNING:|stall|soft lockup|blocked for more' "$dir/console"
}
while read -r cpus gic cpu; do
    n=$((n + 1))
    if runs "$cpus" "$gic" "$cpu"; then
        sed -n 's/^ok - \(.*\)\r$/# \1/p' "$dir/console"
        echo "ok $n - $cpus vCPUs, GICv$gic, $cpu, $STRESS_SECONDS seconds"
    else
        echo "not ok $n - $cpus vCPUs, GICv$gic, $cpu, $STRESS_SECONDS seconds"
        { cat "$dir/log" && tail -n 20 "$dir/console" | tr -d '\000\033\r'; } | sed 's/^/# /'
        failed=1
    fi
done <<END
2 3 cortex-a76
4 2 max
END
echo "1..$n"
exit $failed
