#!/bin/sh
# SPDX-License-Identifier: MIT
# A hypervisor as the guest: Linux at EL2 runs a virtual machine of two vCPUs under KVM, with and
# without VHE, on GICv2 and GICv3. Run in the build directory, where the packages are kept.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
image=${DEBIAN_ARM64_IMAGES:-/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64}
. "$src/tests/lib/arm64-root.sh"
missing=$(arm64_missing)
[ -r "$image/linux" ] || missing='no Debian installer images'
if [ -n "$missing" ]; then
    echo "1..0 # SKIP $missing"
    exit 0
fi
if ! arm64_root hypervisor bash coreutils mount busybox-static qemu-system-arm; then
    echo "1..0 # SKIP Debian's arm64 packages cannot be had: $(tail -n 1 hypervisor/log)"
    exit 0
fi
rm -rf hypervisor/inner
mkdir -p hypervisor/inner/root/bin
cp hypervisor/root/bin/busybox hypervisor/inner/root/bin/
cp "$src/tests/guest/hypervisor/inner-init" hypervisor/inner/root/init
cp "$src/tests/guest/hypervisor/init" "$image/linux" hypervisor/root/
mv hypervisor/root/linux hypervisor/root/Image
chmod +x hypervisor/root/init hypervisor/inner/root/init
arm64_initrd hypervisor/inner
mv hypervisor/inner/initrd.cpio hypervisor/root/inner.cpio
arm64_initrd hypervisor

n=0 failed=0
for gic in 2 3; do
    for cpu in cortex-a57 max; do
        : >hypervisor/console
        timeout 400 ./poise-system-aarch64 -M "virt,virtualization=on,gic-version=$gic" -cpu $cpu -smp 2 \
            -m 2048 -nodefaults --run -serial file:hypervisor/console -kernel "$image/linux" \
            -initrd hypervisor/initrd.cpio -append 'console=ttyAMA0 rdinit=/init' >hypervisor/log 2>&1
        status=$?
        n=$((n + 1))
        title="GICv$gic, $cpu: a virtual machine runs under KVM, and ends by itself"
        if [ $status = 0 ] && grep -q 'inner: 2 vCPUs' hypervisor/console &&
            grep -q 'inner: counted to 3000' hypervisor/console &&
            grep -q 'ended with 0' hypervisor/console; then
            echo "ok $n - $title"
        else
            echo "not ok $n - $title"
            { cat hypervisor/log && tail -n 20 hypervisor/console; } | tr -d '\r' | sed 's/^/# /'
            failed=1
        fi
    done
done
echo "1..$n"
exit $failed
